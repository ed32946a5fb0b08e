import { lastOf } from '../documents/dotted-key.js';
import { commonNamesIn } from './names-of-files.js';
import { quoted, type Rule } from './rule.js';

export const ownNameMissing: Rule = {
  code: 'own-name-missing',
  severity: 'fail',
  title: "PD's allow-list lacks PD's Common Name, as its certificate file has it",
  run: ({ list, kind, profile, values }) => {
    const name = commonNamesIn(values.path(kind.securityKeys.cert))?.[0];
    if (!profile.needsOwnCommonName || list === undefined || name === undefined || list.value.includes(name)) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `${key} lacks PD's Common Name "${name}": PD exits a few seconds after its start`;
    return [{ origin: list.origin, message, remediation: `write ${key} = ${quoted([...list.value, name])}` }];
  },
};
