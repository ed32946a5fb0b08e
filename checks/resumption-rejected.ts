import type { Check } from './check.js';
import { findingOf } from './finding-of.js';

const id = 'resumption-rejected';

export const resumptionRejected: Check = {
  id,
  title: 'A caller whose certificate is taken away does not come back by a session',
  severity: 'warn',
  description:
    'Asked only when `resumption` is set: with its own pair the agent takes a session from each port that bears one, returns without a certificate, and sees whether it is let in. Where it is, a caller that was taken off the list or whose certificate ended keeps its way in as long as its session lasts. No other probe of the agent resumes a session.',
  remediation:
    'After taking a caller away, restart the component; for TiKV and TiFlash touching the certificate file does it.',
  results: {
    warn: 'a session lets its holder in again without a certificate',
    unknown: 'the second connection got no clear answer',
  },
  run: ({ resumptions }) =>
    resumptions.map(({ instance, endpoint, resumption: { outcome, detail } }) => {
      switch (outcome) {
        case 'kept':
          return findingOf(id, 'warn', instance, {
            endpoint,
            message: `a session lets its holder in again without a certificate: ${detail}`,
            remediation:
              endpoint.profile.pairReload === 'certificate-mtime'
                ? 'after taking a caller away, touch the certificate file'
                : `after taking a caller away, restart ${instance.component}`,
          });
        case 'unknown':
          return findingOf(id, 'unknown', instance, { endpoint, message: `not known: ${detail}` });
        default:
          return findingOf(id, 'pass', instance, { endpoint, message: `no session lets anybody in again: ${detail}` });
      }
    }),
};
