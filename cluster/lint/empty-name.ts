import { lastOf } from '../documents/dotted-key.js';
import { quoted, type Rule } from './rule.js';

export const emptyName: Rule = {
  code: 'empty-name',
  severity: 'fail',
  title: 'An empty entry in an allow-list',
  run: ({ list, kind, profile }) => {
    const isEmpty = (entry: string) => (profile.trimsAllowList ? entry.trim() : entry) === '';
    if (list === undefined || !list.value.some(isEmpty)) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const contains = profile.endpoints.some(({ callers }) => callers.commonNameMatch === 'equal-or-contains');
    const every = contains ? ', and in TiKV builds of 2026 every certificate' : '';
    return [
      {
        origin: list.origin,
        message: `an empty entry in ${key} accepts certificates without a Common Name${every}`,
        remediation: `write ${key} = ${quoted(list.value.filter((entry) => entry.trim() !== ''))}`,
      },
    ];
  },
};
