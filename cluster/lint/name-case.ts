import { lastOf } from '../documents/dotted-key.js';
import { inTiupsCase } from '../inventory/naming.js';
import { oneNameOnly } from './one-name.js';
import { quoted, type Rule } from './rule.js';

/** Only where TiUP makes the certificates, with names in lower case. */
export const nameCase: Rule = {
  code: 'name-case',
  severity: 'fail',
  title: "A name in a list of a TiUP topology that differs from TiUP's only in case",
  run: (subject) => {
    const { list, kind, described, tls } = subject;
    if (list === undefined || described.host === undefined || tls !== 'on') {
      return [];
    }
    const wrong = list.value.filter((name) => inTiupsCase(name) !== name);
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const right = [...new Set(list.value.map(inTiupsCase))];
    return wrong.length === 0 || (oneNameOnly(subject) !== undefined && right.length > 1)
      ? []
      : [
          {
            origin: list.origin,
            message: `${quoted(wrong)} in ${key} match no certificate of TiUP, whose names are ${quoted(wrong.map(inTiupsCase))}: names are compared with their case`,
            remediation: `write ${key} = ${quoted(right)}`,
          },
        ];
  },
};
