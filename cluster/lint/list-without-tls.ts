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
    const applies = withoutFlags.includes(described.component) && described.completeness !== 'list-only';
    if (list === undefined || set || !applies) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const remediation = `set ${paths.map((one) => lastOf(one.key)).join(', ')}`;
    return [
      {
        origin: list.origin,
        message: `${key} is set, but no certificates: ${kind.title} serves plaintext`,
        remediation,
      },
    ];
  },
};
