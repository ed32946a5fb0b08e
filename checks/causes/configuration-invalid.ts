import { formatOrigin } from '../../cluster/documents/origin.js';
import type { Cause } from './cause.js';
import { placeInFile } from './place.js';

/** A configuration file cannot be read, or a setting in it cannot be used. */
export const configurationInvalid: Cause = {
  name: 'configuration-invalid',
  title: 'A configuration file cannot be read or used',
  severity: 'will-fail',
  description:
    'A configuration file of a component has a syntax error, a setting of the wrong type, or cannot be opened. The component fails at its next start, or ignores the setting; what depends on it is not checked.',
  find: ({ evidence, of }) =>
    of('configuration')
      .filter(({ evidence: { reason } }) => reason !== 'no-leader' && reason !== 'caller-missing')
      .map((finding) => {
        const { reason } = finding.evidence;
        const place = placeInFile(finding);
        const problem = evidence.inventory.problems.find(
          ({ code, origin, message }) => code === reason && finding.message === `${formatOrigin(origin)}: ${message}`,
        );
        return {
          place,
          about: place.file === undefined ? finding.message : `${reason} ${place.position?.line}`,
          severity: finding.status === 'fail' ? ('will-fail' as const) : ('hygiene' as const),
          summary: place.file === undefined ? finding.message : (problem?.message ?? finding.message),
          fixes: [finding.remediation],
          shownBy: [finding],
        };
      }),
};
