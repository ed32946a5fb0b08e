import { commonNamesIn } from './names-of-files.js';
import { lastOf, quoted, type Rule } from './rule.js';

export const ownNameMissing: Rule = {
  code: 'own-name-missing',
  severity: 'fail',
  title: "PD's own Common Name, read from its certificate file, is not in its own list",
  run: ({ list, kind, profile, values }) => {
    const agent = commonNamesIn(values.path(kind.securityKeys.cert))?.[0];
    if (!profile.needsOwnCommonName || list === undefined || agent === undefined || list.value.includes(agent)) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `${key} lacks PD's own Common Name "${agent}": PD ends a few seconds after its start`;
    return [{ origin: list.origin, message, remediation: `write ${key} = ${quoted([...list.value, agent])}` }];
  },
};
