import { lastOf } from '../documents/dotted-key.js';
import type { Rule } from './rule.js';

/** The components whose paths can only come from this file. */
const withoutFlags: readonly string[] = ['tidb', 'tikv', 'tiflash'];

export const listWithoutTls: Rule = {
  code: 'list-without-tls',
  severity: 'warn',
  title: 'An allow-list without certificates: the port serves plaintext and compares no names',
  run: ({ list, paths, described, kind }) => {
    const set = paths.some((one) => one.set !== undefined);
    // Of a topology as a whole the switch is reported.
    const applies =
      described.host === undefined &&
      (described.completeness === 'all' ||
        (withoutFlags.includes(described.component) && described.completeness !== 'list-only'));
    if (list === undefined || set || !applies) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const remediation =
      described.operator === undefined
        ? `set ${paths.map((one) => lastOf(one.key)).join(', ')}`
        : 'under spec of the cluster write tlsCluster: {enabled: true}';
    return [
      {
        origin: list.origin,
        message: `${key} is set, but no certificates: ${kind.title} serves plaintext`,
        remediation,
      },
    ];
  },
};
