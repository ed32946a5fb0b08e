import type { Check } from './check.js';
import { credentialsInUse } from './credentials-in-use.js';
import { findingOf } from './finding.js';

const id = 'key-matches-certificate';

export const keyMatchesCertificate: Check = {
  id,
  title: 'The key matches the certificate',
  severity: 'fail',
  description:
    'A rotation that replaced only one of the two files leaves a certificate and a key that do not match. Go components then fail every new handshake, TiKV keeps the old certificate, and no component starts again.',
  remediation: 'Install the key of the certificate. For TiKV write the key first, then the certificate.',
  statuses: { fail: 'the key does not match the certificate' },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap(({ owner, facts }) => {
      if (facts.keyMatches === undefined) {
        return [];
      }
      const { cert = '', key = '' } = facts.paths;
      return facts.keyMatches
        ? [findingOf(id, 'pass', owner, { message: `${key} matches ${cert}` })]
        : [
            findingOf(id, 'fail', owner, {
              message: `${key} does not match ${cert}`,
              remediation: 'install the key of this certificate: write the key first, then the certificate',
              evidence: { cert, key, fingerprint: facts.chain?.[0]?.fingerprint ?? '' },
            }),
          ];
    }),
};
