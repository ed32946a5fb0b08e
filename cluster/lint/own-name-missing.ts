import { commonNamesIn } from './names-of-files.js';
import { lastOf, quoted, type Rule } from './rule.js';

export const ownNameMissing: Rule = {
  code: 'own-name-missing',
  severity: 'fail',
  title: "PD's own Common Name, read from its certificate file, is not in its own list",
  run: ({ list, kind, profile, values }) => {
    const own = commonNamesIn(values.path(kind.securityKeys.cert))?.[0];
    if (!profile.needsOwnCommonName || list === undefined || own === undefined || list.value.includes(own)) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `${key} lacks PD's own Common Name "${own}": PD ends a few seconds after its start`;
    return [{ origin: list.origin, message, cure: `write ${key} = ${quoted([...list.value, own])}` }];
  },
};
