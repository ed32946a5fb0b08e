import type { Check } from './check.js';
import { credentialsInUse } from './credentials-in-use.js';
import { findingOf } from './finding.js';

const id = 'verifies-under-ca';

export const verifiesUnderCa: Check = {
  id,
  title: 'The certificate verifies under its CA file, in the roles that it is used in',
  severity: 'fail',
  description:
    "OpenSSL verifies the certificate on disk against the CA file on disk, once in each role, because TiDB components use one certificate for both. The agent's certificate is a client's. Of TiProxy's two certificates one is a server's and the other a client's. Go and gRPC C-core accept a CA file that holds only an intermediate; OpenSSL's default (TiKV's status port) rejects it, which is a warning.",
  remediation:
    'Install a certificate of this CA with the usages that it needs, or a CA file that holds the issuers up to the root.',
  statuses: {
    fail: 'OpenSSL rejects the certificate in that role',
    warn: 'the certificate verifies only up to an intermediate',
  },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap(({ owner, facts, roles }) =>
      facts.results
        .filter(({ role }) => roles.includes(role))
        .map(({ role, trusted, code, partialChainOnly }) => {
          const { cert = '', ca = '' } = facts.paths;
          if (!trusted) {
            const message = `${cert} does not verify as ${role} under ${ca} (${code})`;
            const remediation = 'issue the certificate again from this CA, or add its issuer to the CA file';
            return findingOf(id, 'fail', owner, {
              message,
              remediation,
              evidence: { role, code: code ?? '', cert, ca },
            });
          }
          if (partialChainOnly) {
            const message = `${cert} as ${role} verifies only up to an intermediate: TiKV's status port would reject it (${code})`;
            return findingOf(id, 'warn', owner, {
              message,
              remediation: `add the root to ${ca}`,
              evidence: { role, code: code ?? '', ca },
            });
          }
          return findingOf(id, 'pass', owner, { message: `${cert} verifies as ${role}`, evidence: { role } });
        }),
    ),
};
