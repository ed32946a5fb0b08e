import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** TLS works, and the component answers with an error. */
export const errorAnswer: Cause = {
  name: 'error-answer',
  title: 'A component answers with an error',
  severity: 'failing',
  description: 'TLS and authorization work, and the component answers the harmless request with an error of its own.',
  find: (scene) =>
    scene
      .of('endpoint-answers')
      .filter(({ evidence }) => evidence.reason === 'error-answer')
      .flatMap((finding) => {
        const port = scene.portOf(finding);
        return port === undefined
          ? []
          : [
              {
                place: placeOfPort(port),
                summary: finding.message,
                fixes: [`read the log of ${port.instance.component}; TLS is not the reason`],
                shownBy: [finding],
                consequences: scene.atPort(port).filter(({ check }) => check === 'peers-reach-each-other'),
              },
            ];
      }),
};
