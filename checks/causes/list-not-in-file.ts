import { portsOf } from '../check.js';
import type { Cause } from './cause.js';
import { placeOfPort } from './place.js';

/** The running process protects more than its file: a restart would open the port. */
export const listNotInFile: Cause = {
  name: 'list-not-in-file',
  title: 'A port is stricter than its file',
  severity: 'exposed',
  description:
    'The running process rejects clients that its file accepts: a list or a CA is in its memory and no longer in the file. A restart would open the port.',
  find: (scene) =>
    portsOf(scene.evidence.inventory.instances).flatMap((port) => {
      const shownBy = scene
        .atPort(port)
        .filter(
          ({ check, status, evidence: { outcome } }) =>
            status === 'warn' &&
            ((check === 'rejects-unauthorized' && outcome === 'rejected') || check === 'requests-certificate'),
        );
      const remediations = shownBy
        .filter(({ check }) => check === 'rejects-unauthorized')
        .map(({ remediation }) => remediation);
      return shownBy.length === 0
        ? []
        : [
            {
              place: placeOfPort(port),
              summary: shownBy[0]?.message ?? '',
              fixes:
                remediations.length > 0
                  ? [...new Set(remediations)]
                  : [`set the allow-list in the file of ${port.instance.component} before it is restarted`],
              shownBy,
            },
          ];
    }),
};
