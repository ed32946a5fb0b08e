import type { Check } from './check.js';
import { findingOf } from './finding-of.js';
import { subjectsOf } from './subjects.js';

const id = 'key-usages';

export const keyUsages: Check = {
  id,
  title: 'The certificate may be used as what it is used as',
  severity: 'fail',
  description:
    'TiDB, PD and TiKV use one pair in both directions. An extended key usage with only one of serverAuth and clientAuth breaks the other direction; no extended key usage at all is good for both. The agent is a client only; TiProxy serves one pair and calls with another.',
  remediation: 'Issue the certificate with both serverAuth and clientAuth, or without the extension.',
  results: { fail: 'the certificate lacks a usage that it needs' },
  run: (evidence) =>
    subjectsOf(evidence).flatMap(({ who, facts, roles }) => {
      const leaf = facts.chain?.[0];
      if (leaf === undefined) {
        return [];
      }
      const needed = roles.map((role) => `${role}Auth`);
      const usages = leaf.extendedKeyUsage;
      const missing = usages === undefined ? [] : needed.filter((usage) => !usages.includes(usage));
      return missing.length === 0
        ? [findingOf(id, 'pass', who, { message: `${facts.paths.cert} has the usages it needs` })]
        : [
            findingOf(id, 'fail', who, {
              message: `${facts.paths.cert} lacks the usage ${missing.join(' and ')}`,
              remediation: `issue it anew with ${needed.join(' and ')}`,
              evidence: { usages: usages ?? [] },
            }),
          ];
    }),
};
