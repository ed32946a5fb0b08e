import type { Check } from './check.js';
import { credentialsInUse } from './credentials-in-use.js';
import { findingOf } from './finding.js';

const id = 'key-usages';

export const keyUsages: Check = {
  id,
  title: 'The certificate has the key usages that it needs',
  severity: 'fail',
  description:
    'TiDB, PD and TiKV use one certificate as server and as client. An extended key usage with only one of serverAuth and clientAuth breaks the other role. A certificate without the extension is valid for both roles. The agent is only a client. TiProxy serves one certificate and calls others with a second one.',
  remediation: 'Issue the certificate with both serverAuth and clientAuth, or without the extension.',
  statuses: { fail: 'the certificate lacks an extended key usage that it needs' },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap(({ owner, facts, roles }) => {
      const leaf = facts.chain?.[0];
      if (leaf === undefined) {
        return [];
      }
      const needed = roles.map((role) => `${role}Auth`);
      const usages = leaf.extendedKeyUsage;
      const missing = usages === undefined ? [] : needed.filter((usage) => !usages.includes(usage));
      return missing.length === 0
        ? [findingOf(id, 'pass', owner, { message: `${facts.paths.cert} has the key usages that it needs` })]
        : [
            findingOf(id, 'fail', owner, {
              message: `${facts.paths.cert} lacks the extended key usage ${missing.join(' and ')}`,
              remediation: `issue the certificate again with ${needed.join(' and ')}`,
              evidence: { usages: usages ?? [] },
            }),
          ];
    }),
};
