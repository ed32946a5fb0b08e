import type { Check } from './check.js';
import { findingOf } from './finding.js';

const id = 'resumption-rejected';

export const resumptionRejected: Check = {
  id,
  title: 'A removed caller cannot reconnect by a TLS session',
  severity: 'warn',
  description:
    'Runs only with `resumption` set. The agent obtains a TLS session from each port that tolerates session resumption, connects again with it and without a certificate, and checks whether the port accepts it. If so, a caller that was removed from the allow-list, or whose certificate expired, keeps its access as long as its session lasts. No other probe resumes a session.',
  remediation:
    'After removing a caller, restart the component. For TiKV and TiFlash it suffices to touch the certificate file.',
  statuses: {
    warn: 'the port accepts a resumed session without a certificate',
    unknown: 'the second connection got no conclusive answer',
  },
  run: ({ resumptions }) =>
    resumptions.map(({ instance, endpoint, resumption: { outcome, detail } }) => {
      switch (outcome) {
        case 'kept':
          return findingOf(id, 'warn', instance, {
            endpoint,
            message: `accepts a resumed session without a certificate: ${detail}`,
            remediation:
              endpoint.profile.certificateReload === 'certificate-mtime'
                ? 'after removing a caller, touch the certificate file'
                : `after removing a caller, restart ${instance.component}`,
          });
        case 'unknown':
          return findingOf(id, 'unknown', instance, { endpoint, message: `inconclusive: ${detail}` });
        default:
          return findingOf(id, 'pass', instance, {
            endpoint,
            message: `accepts no resumed session without a certificate: ${detail}`,
          });
      }
    }),
};
