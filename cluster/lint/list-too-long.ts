import { severalNamesSince } from '../components/profile.js';
import { lastOf } from '../documents/dotted-key.js';
import { isBefore } from '../inventory/version.js';
import type { Rule } from './rule.js';

export const listTooLong: Rule = {
  code: 'list-too-long',
  severity: 'fail',
  title:
    'Several names in the allow-list of a PD before 8.4, which then does not start; a note where the version is unknown',
  run: ({ list, kind, profile, version }) => {
    const old = isBefore(version, severalNamesSince);
    if (profile.component !== 'pd' || list === undefined || list.value.length < 2 || old === false) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const remediation = 'give every component the same Common Name and list that one, or upgrade first';
    return old
      ? [
          {
            origin: list.origin,
            message: `PD before ${severalNamesSince} supports one name in ${key} and does not start with ${list.value.length}`,
            remediation,
          },
        ]
      : [
          {
            origin: list.origin,
            severity: 'note',
            message: `${list.value.length} names in ${key} need PD ${severalNamesSince} or later; earlier releases do not start`,
            remediation,
          },
        ];
  },
};
