import { existsSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { microserviceNames } from '../components/microservices.js';
import type { ComponentName } from '../components/profile.js';
import { openDocument } from '../documents/config-file.js';
import { type ConfigDocument, documentOf, type Entry } from '../documents/document.js';
import type { Problem } from '../documents/origin.js';
import { describe } from '../inventory/component-config.js';
import type { Described } from '../inventory/described.js';
import { commandLines, linkIn } from './proc.js';

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

const known: readonly Flags[] = [
  {
    executable: 'tidb-server',
    component: 'tidb',
    config: ['config'],
    keys: { status: 'status.status-port', 'advertise-address': 'advertise-address' },
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
    },
  },
  { executable: 'tiflash', component: 'tiflash', config: ['config-file'], keys: {} },
  {
    executable: 'cdc',
    component: 'ticdc',
    config: ['config'],
    keys: {
      addr: 'addr',
      'advertise-addr': 'advertise-addr',
      ca: 'security.ca-path',
      cert: 'security.cert-path',
      key: 'security.key-path',
      'cert-allowed-cn': 'security.cert-allowed-cn',
    },
  },
  {
    executable: 'tiproxy',
    component: 'tiproxy',
    config: ['config'],
    keys: { 'advertise-addr': 'proxy.advertise-addr' },
  },
];

/** The components that run on this node, as far as their processes are visible to the agent: their files, overridden by their flags. */
export function describeProcesses(problems: Problem[], root = '/proc'): readonly Described[] {
  return commandLines(root).flatMap(({ pid, args }) => {
    const [program = '', ...rest] = args;
    const flags = known.find(
      ({ executable, subcommand }) =>
        basename(program) === executable && (subcommand === undefined || rest.slice(0, 2).includes(subcommand)),
    );
    return flags === undefined ? [] : describeProcess(Number(pid), rest, flags, root, problems);
  });
}

function describeProcess(
  pid: number,
  args: readonly string[],
  { component, config, keys }: Flags,
  root: string,
  problems: Problem[],
): readonly Described[] {
  const directory = linkIn(`${root}/${pid}/cwd`);
  const given = new Map(valuesOf(args));
  const named = config.map((flag) => given.get(flag)).find((one) => one !== undefined);
  const file = named === undefined || directory === undefined || isAbsolute(named) ? named : join(directory, named);
  const document = file === undefined || !existsSync(file) ? undefined : openDocument(file, problems);
  const entries = new Map<string, Entry>();
  for (const [flag, text] of given) {
    const key = keys[flag];
    const origin = { kind: 'process', pid, flag: `--${flag}` } as const;
    if (key !== undefined) {
      entries.set(key, { value: typed(key, text), valueOrigin: origin, keyOrigin: origin });
    }
  }
  const fromFile = new Map<string, Entry>(
    (document?.keys() ?? []).flatMap(({ value: key, origin }) => {
      const found = document?.get(key);
      return found === undefined ? [] : [[key, { value: found.value, valueOrigin: found.origin, keyOrigin: origin }]];
    }),
  );
  const both: ConfigDocument = { ...documentOf(file ?? `process ${pid}`, fromFile, entries), directory };
  const described = describe(both, problems, component);
  return described === undefined ? [] : [{ ...described, completeness: 'all', origin: { kind: 'process', pid } }];
}

/** `--flag=value` and `--flag value`, with one dash or two. */
function valuesOf(args: readonly string[]): readonly (readonly [string, string])[] {
  return args.flatMap((arg, index) => {
    const [, flag, inline] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const value = inline ?? args[index + 1];
    return flag === undefined || value === undefined || (inline === undefined && value.startsWith('--'))
      ? []
      : [[flag, value] as const];
  });
}

function typed(key: string, text: string): unknown {
  if (key === 'status.status-port') {
    return Number(text);
  }
  return key === 'security.cert-allowed-cn' ? text.split(',').map((name) => name.trim()) : text;
}
