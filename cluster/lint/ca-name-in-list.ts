import { lastOf } from '../documents/dotted-key.js';
import { commonNamesIn } from './names-of-files.js';
import type { Rule } from './rule.js';

export const caNameInList: Rule = {
  code: 'ca-name-in-list',
  severity: 'fail',
  title: "The CA's Common Name in a list that is compared with the whole chain (TiCDC)",
  run: ({ list, kind, profile, values }) => {
    const chainWide = profile.endpoints.some(({ callers }) => callers.commonNameMatch === 'equal-in-chain');
    const names = chainWide ? commonNamesIn(values.path(kind.securityKeys.ca)) : undefined;
    const listed = names?.find((name) => name !== undefined && list?.value.includes(name) === true);
    if (list === undefined || listed === undefined) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `"${listed}" in ${key} is the name of the CA: ${kind.title} accepts every certificate of that CA`;
    return [{ origin: list.origin, message, remediation: `remove "${listed}" from ${key}` }];
  },
};
