import type { CallerName } from '../components/profile.js';

/** A naming convention: the caller that each Common Name stands for. */
type Naming = Readonly<Record<string, CallerName>>;

/** The convention of TiUP. */
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
  'tikv-cdc': 'tikv-cdc',
  prometheus: 'prometheus',
  blackbox_exporter: 'blackbox-exporter',
};

/** TiUP's name where this one differs from it only in case; else the name itself. */
export function inTiupsCase(name: string): string {
  const lower = name.toLowerCase();
  return Object.hasOwn(tiup, lower) ? lower : name;
}

/** The convention of TiDB's documentation. */
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

/** The callers that a list names. `nameOf` gives the name of another caller in the same convention. */
interface NamedCallers {
  readonly callers: ReadonlySet<CallerName>;
  readonly nameOf: (caller: CallerName) => string | undefined;
}

/**
 * Reads a list in the convention that most of its names follow. Undefined where fewer than two names follow one: a single
 * name may be the one that all certificates share, as in tidb-operator's examples. Where TiUP issues the certificates, one name
 * is enough.
 */
export function namedCallers(list: readonly string[], issuedBy?: 'tiup'): NamedCallers | undefined {
  const [naming, known] = [tiup, documentation]
    .map((one) => [one, list.filter((name) => one[name] !== undefined)] as const)
    .reduce((best, next) => (next[1].length > best[1].length ? next : best));
  const enough = issuedBy === 'tiup' && naming === tiup ? 1 : 2;
  if (known.length < enough) {
    return undefined;
  }
  const callers = new Set(known.flatMap((name) => naming[name] ?? []));
  if (list.some((name) => /-client$/.test(name))) {
    callers.add('tiup');
  }
  return { callers, nameOf: (caller) => Object.entries(naming).find(([, one]) => one === caller)?.[0] };
}
