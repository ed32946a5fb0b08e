import type { Check } from './check.js';
import { credentialsInUse } from './credentials-in-use.js';
import { findingOf } from './finding.js';
import { inTheirWords } from './verifier-words.js';

const id = 'key-usages';

export const keyUsages: Check = {
  id,
  title: 'The certificate has the key usages that it needs',
  severity: 'fail',
  description:
    'TiDB, PD and TiKV use one certificate as server and as client. An extended key usage with only one of serverAuth and clientAuth breaks the other role. A certificate without the extension is valid for both roles. Go wants the usage in each CA of the chain that has the extension. The agent is only a client. TiProxy serves one certificate and calls others with a second one.',
  remediation: 'Issue the certificate with both serverAuth and clientAuth, or without the extension.',
  statuses: { fail: 'the certificate or a CA of its chain lacks an extended key usage that it needs' },
  run: (evidence) =>
    credentialsInUse(evidence).flatMap(({ owner, facts, roles }) => {
      const leaf = facts.chain?.[0];
      if (leaf === undefined) {
        return [];
      }
      const needed = roles.map((role) => `${role}Auth`);
      const usages = leaf.extendedKeyUsage;
      const missing = usages === undefined ? [] : needed.filter((usage) => !usages.includes(usage));
      // Go holds the usages of a chain against those of each CA in it.
      const narrowed = facts.results.filter(({ role, code }) => roles.includes(role) && code === 'usage');
      if (missing.length === 0 && narrowed.length > 0) {
        return [
          findingOf(id, 'fail', owner, {
            message: `a CA of ${facts.paths.cert} is not for the usages of the certificate (${inTheirWords({ owner, instances: evidence.inventory.instances }, narrowed)})`,
            remediation: `issue the certificate again from a CA for ${needed.join(' and ')}`,
            evidence: { file: facts.paths.cert ?? '', usages: usages ?? [] },
          }),
        ];
      }
      return missing.length === 0
        ? [findingOf(id, 'pass', owner, { message: `${facts.paths.cert} has the key usages that it needs` })]
        : [
            findingOf(id, 'fail', owner, {
              message: `${facts.paths.cert} lacks the extended key usage ${missing.join(' and ')}`,
              remediation: `issue the certificate again with ${needed.join(' and ')}`,
              evidence: { file: facts.paths.cert ?? '', usages: usages ?? [] },
            }),
          ];
    }),
};
