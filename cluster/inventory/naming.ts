import type { CallerName } from '../components/profile.js';

/** How certificates are named in one tradition: each Common Name and whose it is. */
type Naming = Readonly<Record<string, CallerName>>;

/** TiUP's certificates. */
const tiup: Naming = {
  tidb: 'tidb',
  pd: 'pd',
  tikv: 'tikv',
  tiflash: 'tiflash',
  cdc: 'ticdc',
  ticdc: 'ticdc',
  tiproxy: 'tiproxy',
  tso: 'tso',
  scheduling: 'scheduling',
  prometheus: 'prometheus',
};

/** Those of the documentation. */
const documentation: Naming = {
  'TiDB-Server': 'tidb',
  'PD-Server': 'pd',
  'TiKV-Server': 'tikv',
  'TiFlash-Server': 'tiflash',
  'TiCDC-Server': 'ticdc',
  'TiProxy-Server': 'tiproxy',
  'PD-Control': 'pd-ctl',
  'TiKV-Control': 'tikv-ctl',
  Prometheus: 'prometheus',
};

/** Which callers a list names. `nameOf` says what another caller would be called there. */
export interface NamedCallers {
  readonly callers: ReadonlySet<CallerName>;
  readonly nameOf: (caller: CallerName) => string | undefined;
}

/**
 * Reads a list in the tradition that most of its names follow. Undefined where fewer than two do: one name may well be
 * the name that all certificates share, as tidb-operator's examples have it.
 */
export function namedCallers(list: readonly string[]): NamedCallers | undefined {
  const [naming, known] = [tiup, documentation]
    .map((one) => [one, list.filter((name) => one[name] !== undefined)] as const)
    .reduce((best, next) => (next[1].length > best[1].length ? next : best));
  if (known.length < 2) {
    return undefined;
  }
  const callers = new Set(known.flatMap((name) => naming[name] ?? []));
  if (list.some((name) => /-client$/.test(name))) {
    callers.add('tiup');
  }
  return { callers, nameOf: (caller) => Object.entries(naming).find(([, one]) => one === caller)?.[0] };
}
