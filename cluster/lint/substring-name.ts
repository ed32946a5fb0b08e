import { containsSince } from '../access/expectation.js';
import { lastOf } from '../documents/dotted-key.js';
import { isBefore } from '../inventory/version.js';
import type { Rule } from './rule.js';

export const substringName: Rule = {
  code: 'substring-name',
  severity: 'warn',
  title: 'A list in a TiKV build that accepts every name which contains an entry; a note where the version is unknown',
  run: ({ list, endpoints, kind, version }) => {
    const contains = endpoints.some(({ callers }) => callers.commonNameMatch === 'equal-or-contains');
    const old = isBefore(version, containsSince);
    const entries = list?.value.filter((entry) => entry !== '') ?? [];
    const [shortest] = [...entries].sort((a, b) => a.length - b.length);
    if (!contains || list === undefined || shortest === undefined || old === true) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `TiKV builds since July 2026 accept every name that contains an entry of ${key}: "${shortest}" also accepts "not-${shortest}"`;
    const remediation = "use Common Names that are not part of another certificate's Common Name";
    return [{ origin: list.origin, message, remediation, ...(old === undefined ? { severity: 'note' as const } : {}) }];
  },
};
