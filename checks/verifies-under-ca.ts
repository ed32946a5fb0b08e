import type { Check } from './check.js';
import { findingOf } from './finding-of.js';
import { subjectsOf } from './subjects.js';

const id = 'verifies-under-ca';

export const verifiesUnderCa: Check = {
  id,
  title: 'The pair verifies under its CA file, in the roles it is used in',
  severity: 'fail',
  description:
    "OpenSSL itself judges the pair on disk against the CA file on disk, once in each role, because TiDB components use one pair for both. The agent's own pair is a client's; of TiProxy's two one serves and the other calls. A CA file that holds only an intermediate is good for Go and gRPC C-core, and bad for OpenSSL's default (TiKV's status port): that is a warning.",
  remediation:
    'Install a pair issued by this CA with the usages it needs, or a CA file that holds the issuer up to the root.',
  results: { fail: 'OpenSSL refuses the pair in that role', warn: 'it verifies only up to an intermediate' },
  run: (evidence) =>
    subjectsOf(evidence).flatMap(({ who, facts, roles }) =>
      facts.results
        .filter(({ role }) => roles.includes(role))
        .map(({ role, trusted, code, partialChainOnly }) => {
          const { cert = '', ca = '' } = facts.paths;
          if (!trusted) {
            const message = `${cert} is not good as ${role} under ${ca} (${code})`;
            const remediation = 'issue the pair anew from this CA, or add its issuer to the CA file';
            return findingOf(id, 'fail', who, { message, remediation, evidence: { role, code: code ?? '', cert, ca } });
          }
          if (partialChainOnly) {
            const message = `${cert} as ${role} verifies only up to an intermediate: TiKV's status port would refuse it (${code})`;
            return findingOf(id, 'warn', who, {
              message,
              remediation: `add the root to ${ca}`,
              evidence: { role, code: code ?? '', ca },
            });
          }
          return findingOf(id, 'pass', who, { message: `${cert} verifies as ${role}`, evidence: { role } });
        }),
    ),
};
