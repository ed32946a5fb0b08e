import { lastOf } from '../documents/dotted-key.js';
import type { Rule } from './rule.js';

export const incompleteTls: Rule = {
  code: 'incomplete-tls',
  severity: 'fail',
  title: 'One or two of the three paths',
  run: ({ tls, paths, kind, described }) => {
    const first = paths.find(({ set }) => set !== undefined)?.set;
    if (tls !== 'incomplete' || first === undefined) {
      return [];
    }
    const missing = paths.filter(({ set }) => set === undefined).map(({ key }) => lastOf(key));
    const dot = kind.securityKeys.ca.lastIndexOf('.');
    const where = dot < 0 ? 'at the top of the file' : `under [${kind.securityKeys.ca.slice(0, dot)}]`;
    const flags = described.completeness === 'flags' && ['pd', 'ticdc'].includes(described.component);
    const unless = flags ? ', unless flags complete it' : '';
    return [
      {
        origin: first.origin,
        message: `TLS needs three keys, and ${missing.join(' and ')} is not set: ${kind.incompleteTls}${unless}`,
        remediation: `${where} add ${missing.map((name) => `${name} = "…"`).join(', ')}`,
      },
    ];
  },
};
