import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { microserviceNames } from '../components/microservices.js';
import type { ComponentName } from '../components/profile.js';
import { openDocument } from '../documents/config-file.js';
import { type ConfigDocument, documentOf, type Entry } from '../documents/document.js';
import type { Origin, Problem } from '../documents/origin.js';
import { describe } from '../inventory/component-config.js';
import type { Described } from '../inventory/described.js';

/** The flags of a component that set keys of its file. */
interface Flags {
  readonly executable: string;
  readonly component: ComponentName;
  /** The subcommand, where one executable runs several services. */
  readonly subcommand?: string;
  readonly config: readonly string[];
  readonly keys: Readonly<Record<string, string>>;
}

const pdKeys = {
  'client-urls': 'client-urls',
  'advertise-client-urls': 'advertise-client-urls',
  'peer-urls': 'peer-urls',
  'advertise-peer-urls': 'advertise-peer-urls',
  'initial-cluster': 'initial-cluster',
  join: 'join',
  cacert: 'security.cacert-path',
  cert: 'security.cert-path',
  key: 'security.key-path',
};

const serviceKeys = {
  'listen-addr': 'listen-addr',
  'advertise-listen-addr': 'advertise-listen-addr',
  'backend-endpoints': 'backend-endpoints',
  cacert: 'security.cacert-path',
  cert: 'security.cert-path',
  key: 'security.key-path',
};

const cdcKeys = {
  addr: 'addr',
  'advertise-addr': 'advertise-addr',
  pd: 'pd',
  ca: 'security.ca-path',
  cert: 'security.cert-path',
  key: 'security.key-path',
  'cert-allowed-cn': 'security.cert-allowed-cn',
};

const dmKeys = {
  'advertise-addr': 'advertise-addr',
  'ssl-ca': 'ssl-ca',
  'ssl-cert': 'ssl-cert',
  'ssl-key': 'ssl-key',
  'cert-allowed-cn': 'cert-allowed-cn',
};

const known: readonly Flags[] = [
  {
    executable: 'tidb-server',
    component: 'tidb',
    config: ['config'],
    keys: { status: 'status.status-port', 'advertise-address': 'advertise-address', path: 'path' },
  },
  ...microserviceNames.map((component) => ({
    executable: 'pd-server',
    component,
    subcommand: component,
    config: ['config'],
    keys: serviceKeys,
  })),
  { executable: 'pd-server', component: 'pd', config: ['config'], keys: pdKeys },
  {
    executable: 'tikv-server',
    component: 'tikv',
    config: ['config', 'C'],
    keys: {
      addr: 'server.addr',
      A: 'server.addr',
      'advertise-addr': 'server.advertise-addr',
      'status-addr': 'server.status-addr',
      'advertise-status-addr': 'server.advertise-status-addr',
      pd: 'pd.endpoints',
      'pd-endpoints': 'pd.endpoints',
    },
  },
  { executable: 'tiflash', component: 'tiflash', config: ['config-file'], keys: {} },
  { executable: 'cdc', component: 'ticdc', config: ['config'], keys: cdcKeys },
  { executable: 'tikv-cdc', component: 'tikv-cdc', config: ['config'], keys: cdcKeys },
  {
    executable: 'dm-master',
    component: 'dm-master',
    config: ['config'],
    keys: {
      'master-addr': 'master-addr',
      'peer-urls': 'peer-urls',
      'advertise-peer-urls': 'advertise-peer-urls',
      ...dmKeys,
    },
  },
  {
    executable: 'dm-worker',
    component: 'dm-worker',
    config: ['config'],
    keys: { 'worker-addr': 'worker-addr', ...dmKeys },
  },
  {
    executable: 'tiproxy',
    component: 'tiproxy',
    config: ['config'],
    keys: { 'advertise-addr': 'proxy.advertise-addr' },
  },
];

/** One word of a command line, and where it stands. */
export interface Argument {
  readonly text: string;
  readonly origin: Origin;
}

export interface CommandLine {
  /** The program first. */
  readonly args: readonly Argument[];
  /** The working directory; undefined where it is unknown. */
  readonly directory: string | undefined;
  readonly origin: Origin;
  /** What stands for the file of a component that has none. */
  readonly title: string;
}

/** The component that a command line starts: its file, overridden by its flags. Undefined for other programs. */
export function describeCommandLine(line: CommandLine, problems: Problem[]): Described | undefined {
  const [program, ...rest] = line.args;
  const flags = known.find(
    ({ executable, subcommand }) =>
      basename(program?.text ?? '') === executable &&
      (subcommand === undefined || rest.slice(0, 2).some(({ text }) => text === subcommand)),
  );
  if (flags === undefined) {
    return undefined;
  }
  const { directory, origin, title } = line;
  const given = new Map(valuesOf(rest));
  const named = flags.config.map((flag) => given.get(flag)?.text).find((one) => one !== undefined);
  const file = named === undefined || directory === undefined || isAbsolute(named) ? named : join(directory, named);
  const document = file === undefined || !existsSync(file) ? undefined : openDocument(file, problems);
  const entries = new Map<string, Entry>();
  for (const [flag, { text, origin }] of given) {
    const key = flags.keys[flag];
    if (key !== undefined) {
      const at = origin.kind === 'process' ? { ...origin, flag: `--${flag}` } : origin;
      entries.set(key, { value: typed(key, text), valueOrigin: at, keyOrigin: at });
    }
  }
  const fromFile = new Map<string, Entry>(
    (document?.keys() ?? []).flatMap(({ value: key, origin }) => {
      const found = document?.get(key);
      return found === undefined ? [] : [[key, { value: found.value, valueOrigin: found.origin, keyOrigin: origin }]];
    }),
  );
  const both: ConfigDocument = { ...documentOf(file ?? title, fromFile, entries), directory };
  const described = describe(both, problems, flags.component);
  return described === undefined ? undefined : { ...described, completeness: 'all', origin };
}

/** Whether a word is the program of a component. */
export function isComponentProgram(word: string): boolean {
  return known.some(({ executable }) => basename(word) === executable);
}

/** `--flag=value` and `--flag value`, with one dash or two. */
function valuesOf(args: readonly Argument[]): readonly (readonly [string, Argument])[] {
  return args.flatMap(({ text, origin }, index) => {
    const [, flag, inline] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(text) ?? [];
    const value = inline ?? args[index + 1]?.text;
    return flag === undefined || value === undefined || (inline === undefined && value.startsWith('--'))
      ? []
      : [[flag, { text: value, origin }] as const];
  });
}

function typed(key: string, text: string): unknown {
  if (key === 'status.status-port') {
    return Number(text);
  }
  const isList = key.endsWith('cert-allowed-cn') || key === 'pd.endpoints';
  return isList ? text.split(',').map((name) => name.trim()) : text;
}
