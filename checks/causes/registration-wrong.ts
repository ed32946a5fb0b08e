import type { ComponentName } from '../../cluster/components/profile.js';
import type { Finding } from '../finding.js';
import type { Cause, Place } from './cause.js';

const codes = ['scheme-disagrees', 'address-disagrees', 'not-registered', 'not-in-topology', 'registered-http'];

/** PD, the files and the topology disagree about where a component is. */
export const registrationWrong: Cause = {
  name: 'registration-wrong',
  title: 'A component is registered otherwise than it is configured',
  severity: 'will-fail',
  description:
    'PD, the configuration file and the topology report another scheme or address for a component, or only one of them knows it. Callers dial what PD reports: an http URL in PD, or an address that the certificate does not cover, fails at the next connection.',
  find: ({ of }) =>
    of('sources-agree')
      .filter(({ evidence }) => codes.includes(String(evidence.reason)))
      .map((finding) => ({
        place: placeOf(finding),
        about: `${finding.evidence.reason} ${finding.evidence.address === '' ? finding.message : ''}`,
        severity: finding.status === 'fail' ? ('will-fail' as const) : ('hygiene' as const),
        summary: finding.message,
        fixes: [finding.remediation],
        shownBy: [finding],
      })),
};

/** The component that the sources disagree about; of an absent one no address is known. */
function placeOf({ component, instance, endpoint, evidence }: Finding): Place {
  if (component !== 'agent') {
    return { component, instance, endpoint };
  }
  const address = evidence.address === '' || evidence.address === undefined ? undefined : String(evidence.address);
  return { component: evidence.component as ComponentName, instance: address };
}
