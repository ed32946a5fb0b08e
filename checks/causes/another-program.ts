import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** The port is the address of another service. */
export const anotherProgram: Cause = {
  name: 'another-program',
  title: 'Another program answers on the port',
  severity: 'failing',
  description:
    "The port accepts the connection and answers with another document than the component's own: a proxy, a load balancer, or another service has the address.",
  find: (scene) =>
    scene
      .of('endpoint-answers')
      .filter(({ evidence }) => evidence.reason === 'another-service')
      .flatMap((finding) => {
        const port = scene.portOf(finding);
        return port === undefined
          ? []
          : [
              {
                place: placeOfPort(port),
                summary: finding.message,
                fixes: [
                  `find out what listens at ${finding.evidence.address}: ss -ltnp`,
                  'correct the address in the configuration, or stop the other program',
                ],
                shownBy: [finding],
                consequences: scene.atPort(port),
              },
            ];
      }),
};
