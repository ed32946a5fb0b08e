import { lastOf } from '../documents/dotted-key.js';
import { commonNamesIn } from './names-of-files.js';
import { oneNameOnly } from './one-name.js';
import { quoted, type Rule } from './rule.js';

export const ownNameMissing: Rule = {
  code: 'own-name-missing',
  severity: 'fail',
  title: "PD's allow-list lacks PD's Common Name, as its certificate file has it",
  run: (subject) => {
    const { list, kind, profile, values } = subject;
    const name = commonNamesIn(values.path(kind.securityKeys.cert))?.[0];
    if (!profile.needsOwnCommonName || list === undefined || name === undefined || list.value.includes(name)) {
      return [];
    }
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const message = `${key} lacks PD's Common Name "${name}": PD exits a few seconds after its start`;
    const names = oneNameOnly(subject) === undefined ? [...list.value, name] : [name];
    return [{ origin: list.origin, message, remediation: `write ${key} = ${quoted(names)}` }];
  },
};
