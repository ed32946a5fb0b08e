import type { Certificate } from '../credentials/certificate.js';
import type { Check } from './check.js';
import { type CredentialsInUse, credentialsInUse } from './credentials-in-use.js';
import { type Finding, findingOf } from './finding.js';

const id = 'certificate-readable';

export const certificateReadable: Check = {
  id,
  title: 'Certificate, key and CA files can be read',
  severity: 'fail',
  description:
    'Each credential file of a local component and of the agent is a regular file with the expected PEM blocks. A component does not start with a file that is missing, empty, truncated, encrypted or not PEM, and some fail while they run.',
  remediation:
    'The finding names the fix for its file. Common causes are a wrong path, a wrong mode, and an interrupted copy.',
  statuses: {
    fail: 'a file is missing, unreadable, empty, truncated, encrypted, not PEM, or holds other data',
    warn: 'a certificate has fields that cannot be decoded',
  },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap(({ owner, facts }) => {
      const findings = [
        ...facts.errors.map(({ message, hint, code, file }) =>
          findingOf(id, 'fail', owner, { message, remediation: hint, evidence: { reason: code, file } }),
        ),
        ...malformed(owner, facts.chain, facts.paths.cert),
        ...malformed(owner, facts.ca, facts.paths.ca),
      ];
      return findings.length === 0
        ? [findingOf(id, 'pass', owner, { message: 'all credential files can be read' })]
        : findings;
    }),
};

/** OpenSSL skips such fields; Go's parser rejects most certificates that have them. */
function malformed(
  owner: CredentialsInUse['owner'],
  chain: readonly Certificate[] = [],
  file = '',
): readonly Finding[] {
  const unreadable = [...new Set(chain.flatMap((certificate) => certificate.unreadable))];
  return unreadable.length === 0
    ? []
    : [
        findingOf(id, 'warn', owner, {
          message: `${file}: a certificate has fields that cannot be decoded: ${unreadable.join(', ')}`,
          remediation: 'issue the certificate again, with software that encodes these fields correctly',
          evidence: { reason: 'malformed', file, fields: unreadable },
        }),
      ];
}
