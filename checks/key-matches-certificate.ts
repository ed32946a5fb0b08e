import type { Check } from './check.js';
import { findingOf } from './finding-of.js';
import { subjectsOf } from './subjects.js';

const id = 'key-matches-certificate';

export const keyMatchesCertificate: Check = {
  id,
  title: 'The key belongs to the certificate',
  severity: 'fail',
  description:
    'A rotation that replaced one file of the pair and not the other leaves a pair that no component can use: Go components fail every new handshake, TiKV stays on the old pair, and none of them starts again.',
  remediation:
    'Install the key that was made with the certificate; for TiKV write the key first, then the certificate.',
  results: { fail: 'the key is not the key of the certificate' },
  run: (evidence) =>
    subjectsOf(evidence).flatMap(({ who, facts }) => {
      if (facts.keyMatches === undefined) {
        return [];
      }
      const { cert = '', key = '' } = facts.paths;
      return facts.keyMatches
        ? [findingOf(id, 'pass', who, { message: `${key} is the key of ${cert}` })]
        : [
            findingOf(id, 'fail', who, {
              message: `${key} is not the key of ${cert}`,
              remediation: 'install the key that was made with this certificate: the key first, then the certificate',
              evidence: { cert, key, fingerprint: facts.chain?.[0]?.fingerprint ?? '' },
            }),
          ];
    }),
};
