import type { ComponentName } from '../../cluster/components/profile.js';
import type { Cause } from './cause.js';

const codes = ['scheme-disagrees', 'address-disagrees', 'not-registered', 'not-in-topology', 'stale-registration'];

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
      .map((finding) => {
        const { component, address, reason } = finding.evidence;
        const instance = address === '' ? {} : { instance: String(address) };
        return {
          place: { component: component as ComponentName, ...instance },
          about: `${reason} ${address === '' ? finding.message : ''}`,
          severity: finding.status === 'fail' ? ('will-fail' as const) : ('hygiene' as const),
          summary: finding.message,
          fixes: [finding.remediation],
          shownBy: [finding],
        };
      }),
};
