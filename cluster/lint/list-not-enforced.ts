import { lastOf } from '../documents/dotted-key.js';
import { oneNameOnly } from './one-name.js';
import type { Rule } from './rule.js';

export const listNotEnforced: Rule = {
  code: 'list-not-enforced',
  severity: 'warn',
  title: 'A list too short for a port to compare names with (PD, client port); a note where it takes no longer one',
  run: (subject) => {
    const { list, kind, profile, tls } = subject;
    const unenforced =
      list === undefined
        ? undefined
        : profile.endpoints.find(({ callers }) => list.value.length < callers.minimumEntries);
    if (list === undefined || unenforced === undefined || tls !== 'on') {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `${key} with one entry is not enforced on the ${unenforced.title}: every certificate of the CA is accepted`;
    const one = oneNameOnly(subject);
    return one === undefined
      ? [
          {
            origin: list.origin,
            message,
            remediation: `list at least ${unenforced.callers.minimumEntries} names in ${key} (PD 8.4 or later)`,
          },
        ]
      : [
          {
            origin: list.origin,
            severity: 'note',
            message: `${message}, and ${one.why}`,
            remediation: `nothing in this file changes that: ${one.lifted}`,
          },
        ];
  },
};
