import type { CallerName } from '../components/profile.js';
import { lastOf } from '../documents/dotted-key.js';
import { inTiupsCase, namedCallers } from '../inventory/naming.js';
import { oneNameOnly } from './one-name.js';
import { quoted, type Rule, type Subject } from './rule.js';

/** The effect of rejecting a caller, by callee and caller; `*` stands for every callee. */
const consequences: Readonly<Record<string, string>> = {
  'pd<pd': 'PD exits a few seconds after its start',
  'tikv<tikv': 'Raft between stores stops',
  'tiflash<tiflash': 'queries over several TiFlash nodes fail',
  'tidb<tidb': 'TiDB cannot query other TiDB servers',
  'tidb<pd': 'TiDB Dashboard cannot query TiDB',
  'tidb<tiflash': 'TiFlash cannot report to TiDB',
  'tidb<tiproxy': 'TiProxy reports TiDB as down and serves no SQL',
  '*<prometheus': 'it is not scraped',
  '*<blackbox-exporter': "TiUP's monitoring reports the port as down",
  '*<tiup': 'tiup cluster display shows it as down',
};

export const callerMissing: Rule = {
  code: 'caller-missing',
  severity: 'warn',
  title:
    'A list that names its callers lacks one that the component needs; names are those of TiUP or of the documentation',
  run: (subject) => {
    const { list, kind, described } = subject;
    const names = described.host === undefined ? list?.value : list?.value.map(inTiupsCase);
    const named =
      names === undefined ? undefined : namedCallers(names, described.tiupClient === undefined ? undefined : 'tiup');
    // A PD that takes one name cannot list its callers: list-too-long and operator-takes-one-name say what it can.
    if (list === undefined || names === undefined || named === undefined || oneNameOnly(subject) !== undefined) {
      return [];
    }
    const missing = needed(subject).filter((caller) => !named.callers.has(caller));
    const key = lastOf(kind.securityKeys.allowedCommonNames);
    const added = missing.map((caller) => nameFor(caller, subject, named.nameOf) ?? caller);
    return missing.map((caller, index) => {
      const effect =
        consequences[`${described.component}<${caller}`] ?? consequences[`*<${caller}`] ?? 'it is rejected';
      return {
        origin: list.origin,
        message: `${key} does not name ${caller} ("${added[index]}"), which calls ${kind.title}: ${effect}`,
        remediation: `write ${key} = ${quoted([...new Set([...names, ...added])])}`,
      };
    });
  },
};

function nameFor(caller: CallerName, { described }: Subject, nameOf: (caller: CallerName) => string | undefined) {
  return caller === 'tiup' ? (described.tiupClient ?? 'CLUSTER-client') : nameOf(caller);
}

/** The callers of the ports of this file: those of every cluster, and those that this deployment has. */
function needed({ profile, endpoints, described }: Subject): readonly CallerName[] {
  const present = new Set<CallerName>([
    ...(['tidb', 'pd', 'tikv', described.component] as const),
    ...(described.neighbours ?? []),
    ...(described.monitored === true ? (['prometheus', 'blackbox-exporter'] as const) : []),
    // TiUP deploys what a topology describes, and calls it under the name of the cluster.
    ...(described.host === undefined && described.tiupClient === undefined ? [] : (['tiup'] as const)),
  ]);
  const self = profile.addsOwnCommonName === true ? described.component : undefined;
  const callers = new Set(endpoints.flatMap(({ calledBy }) => calledBy));
  return [...callers].filter((caller) => present.has(caller) && caller !== self);
}
