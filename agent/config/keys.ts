import { listenFormat, pdUrlFormat } from './formats.js';
import type { Key, Keys } from './key.js';
import { proxyKeys } from './proxy-keys.js';
import { shardFormat } from './shard.js';
import { acceptKeys, clientKeys, componentKeys, instanceKeys, portKeys } from './table-keys.js';
import { targetFormat } from './target-rules.js';

/** Every key outside the arrays of tables, by table; `''` holds those before any table. */
export const sections = {
  '': {
    scope: {
      type: 'string',
      choices: ['node', 'cluster'],
      default: 'node',
      example: 'cluster',
      doc: "`node`: this host's ports and those its components call; `cluster`: every known port",
      more: '`check` probes all of them, whatever this says',
    },
    host: {
      type: 'string',
      value: 'H',
      example: '10.0.1.1',
      doc: 'address of this host, for components whose files say 127.0.0.1',
    },
    shard: {
      type: 'string',
      format: shardFormat,
      value: 'I/N',
      example: '0/3',
      doc: "one of N parts of the cluster's ports, counting from 0, as `0/3`",
      more: 'needs `scope = "cluster"`; see [scaling](scaling.md)',
    },
    reload: {
      type: 'string',
      choices: ['observe', 'trigger'],
      default: 'observe',
      example: 'trigger',
      doc: '`trigger`: make a component reload once its reload deadline has passed',
      more: "sets the certificate file's time, for which it needs the right, and makes the one failed handshake that a TiKV status port reloads at",
    },
  },
  history: {
    file: {
      type: 'path',
      example: 'history.jsonl',
      doc: 'where rotations, rejections and changed results are kept, one JSON document per line',
      more: 'the last 1000 of each kind are in memory, on the page and in `/api/v1/events`; at 32 MiB the file is renamed to end in `.1`, over the one before',
    },
  },
  security: {
    'ca-path': {
      type: 'path',
      flag: 'cacert',
      example: 'tls/ca.crt',
      doc: "the CA that signed the cluster's certificates",
      more: 'goes with the next two: all three or none',
    },
    'cert-path': { type: 'path', flag: 'cert', example: 'tls/agent.crt', doc: "the agent's certificate" },
    'key-path': { type: 'path', flag: 'key', example: 'tls/agent.pem', doc: 'its key' },
  },
  cluster: {
    configs: {
      type: 'paths',
      example: ['/tidb-deploy/*/conf/*.toml'],
      doc: "globs of the components' configuration files on this host; TiUP's start scripts beside them give the flags",
    },
    topology: {
      type: 'path or paths',
      example: ['meta.yaml'],
      doc: 'TiUP topology, meta.yaml, or Kubernetes manifest',
      more: 'of a TidbCluster, or of tidb-operator 2',
    },
    pd: {
      type: 'string or strings',
      format: pdUrlFormat,
      commas: true,
      value: 'URL',
      example: ['https://10.0.1.1:2379'],
      doc: 'client URL of a PD, which is asked for the rest of the cluster',
      more: 'read are members, stores and registrations',
    },
    processes: {
      type: 'boolean',
      example: true,
      doc: "whether the command lines of this host's components are read; their flags override their files. Of several clusters on a host only the processes that name a known PD, or are below a known deploy directory",
    },
    refresh: {
      type: 'duration',
      default: '1m',
      example: '30s',
      doc: 'time between two reads of PD, files and processes, which find components that were added or removed',
    },
  },
  probe: {
    interval: {
      type: 'duration',
      default: '15s',
      example: '30s',
      doc: 'time between two probes of one port, plus or minus a tenth',
    },
    timeout: { type: 'duration', default: '5s', example: '2s', doc: 'the longest that one probe takes' },
    concurrency: { type: 'integer', unit: 'ports', default: 16, example: 4, doc: 'ports probed at the same time' },
    peers: {
      type: 'integer',
      unit: 'ports',
      default: 64,
      example: 16,
      doc: 'with `scope = "node"`: the most ports of one kind on other hosts that are probed, always the same ones',
    },
    'negative-interval': {
      type: 'duration or "off"',
      default: '10m',
      example: '1h',
      doc: 'time between two rounds of negative probes of one port, which it should reject; `"off"` sends none',
    },
    resumption: {
      type: 'boolean',
      example: true,
      doc: 'also probe whether a resumed TLS session is accepted without a certificate',
      more: 'see [resumption-rejected](checks.md#resumption-rejected)',
    },
    'allow-targets': {
      type: 'strings',
      format: targetFormat,
      example: ['10.0.0.0/8:9000-9999'],
      doc: "ports outside the inventory that [`/probe`](#one-port-on-demand-probe) may probe without the agent's certificate",
    },
    'identity-targets': {
      type: 'strings',
      format: targetFormat,
      example: ['10.0.3.7:9094'],
      doc: "ports outside the inventory that it may probe with the agent's certificate",
    },
  },
  'wrong-name': {
    'cert-path': {
      type: 'path',
      example: 'tls/wrong-name.crt',
      doc: "a certificate of the cluster's CA whose name is on no allow-list, for negative probes",
    },
    'key-path': { type: 'path', example: 'tls/wrong-name.pem', doc: 'its key' },
  },
  web: {
    listen: {
      type: 'string',
      format: listenFormat,
      value: 'A',
      default: '127.0.0.1:10793',
      example: '10.0.1.1:10793',
      doc: 'address of page and metrics',
      more: '`:10793` is every address',
    },
    'config-file': {
      type: 'path',
      example: 'web.yml',
      doc: 'TLS and authentication of that address: see [below](#the-address-of-page-and-metrics-webconfig-file)',
    },
  },
} as const satisfies Readonly<Record<string, Keys>>;

/** The arrays of tables, by name. */
export const tables = {
  instance: { ...instanceKeys, ...portKeys },
  component: componentKeys,
  client: clientKeys,
  accept: acceptKeys,
  proxy: proxyKeys,
} as const;

/** The keys of a table or of an array of tables; undefined when there is no such table. */
export function keysOf(table: string, isArray: boolean): Keys | undefined {
  const all: Readonly<Record<string, Keys>> = isArray ? tables : sections;
  return Object.hasOwn(all, table) ? all[table] : undefined;
}

/** A key as the document has it, taken apart: `probe.interval` or `instance.0.address`. */
export function parseKey(key: string): { readonly table: string; readonly name: string; readonly isArray: boolean } {
  const [, array, inArray] = /^([\w-]+)\.\d+\.(.+)$/.exec(key) ?? [];
  if (array !== undefined && inArray !== undefined) {
    return { table: array, name: inArray, isArray: true };
  }
  const [, table = '', name = key] = /^([^.]*)\.(.*)$/.exec(key) ?? [];
  return { table, name, isArray: false };
}

/** The row of a key as the document has it; undefined for an unknown one. */
export function keyOf(key: string): Key | undefined {
  const { table, name, isArray } = parseKey(key);
  const keys = keysOf(table, isArray);
  return keys !== undefined && Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/** As `keyOf`, for a key that the program names. */
export function rowOf(key: string): Key {
  const row = keyOf(key);
  if (row === undefined) {
    throw new TypeError(`no row describes ${key}`);
  }
  return row;
}
