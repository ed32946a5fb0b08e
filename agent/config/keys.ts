import type { ConfigKey, ConfigKeys } from './key.js';
import { proxyTable } from './proxy-keys.js';
import { clientTable, componentTable, instanceTable } from './table-keys.js';

/** Every key outside the arrays of tables, with its table in front of it. */
export const topLevelKeys: ConfigKeys = {
  scope: {
    type: 'string',
    default: '"node"',
    example: '"cluster"',
    meaning:
      "`node`: this node's ports and those its components call; `cluster`: every port known. `check` looks at all, whatever this says",
  },
  host: {
    type: 'string',
    default: 'none',
    example: '"10.0.1.1"',
    meaning: "the name by which callers reach this node's components, where their files say loopback",
  },
  shard: {
    type: 'string',
    default: 'none',
    example: '"0/3"',
    meaning:
      'with `scope = "cluster"`: `"0/3"`, `"1/3"` … divide the ports among several agents; `--shard` beats it; see [scaling](scaling.md)',
  },
  reload: {
    type: 'string',
    default: '"observe"',
    example: '"trigger"',
    meaning:
      '`trigger`: when a port is past its moment, touch the certificate file, and make the one failed handshake that wakes a TiKV status port; needs the right to change its time',
  },
  'history.file': {
    type: 'path',
    default: 'none',
    example: '"history.jsonl"',
    meaning:
      'where rotations, refusals and changed verdicts are kept, one JSON document a line; the last 1000 are in memory, on the page and in `/api/v1/events`',
  },
  'security.ca-path': {
    type: 'path',
    default: 'none',
    example: '"tls/ca.crt"',
    meaning: "the CA that signed the cluster's certificates; goes with the next two, all three or none",
  },
  'security.cert-path': {
    type: 'path',
    default: 'none',
    example: '"tls/agent.crt"',
    meaning: "the agent's own certificate",
  },
  'security.key-path': { type: 'path', default: 'none', example: '"tls/agent.pem"', meaning: 'its key' },
  'cluster.configs': {
    type: 'strings',
    default: '[]',
    example: '["/tidb-deploy/*/conf/*.toml"]',
    meaning: "globs of the components' own config files on this node",
  },
  'cluster.topology': {
    type: 'string or strings',
    default: '[]',
    example: '["meta.yaml"]',
    meaning: 'TiUP `topology.yaml` or `meta.yaml`, TidbCluster or tidb-operator 2 manifests',
  },
  'cluster.pd': {
    type: 'string or strings',
    default: '[]',
    example: '["https://10.0.1.1:2379"]',
    meaning: 'client URLs of PD, asked for members, stores and what the other components registered; reads only',
  },
  'cluster.processes': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning: "whether the command lines of this node's components are read, whose flags beat their files",
  },
  'cluster.refresh': {
    type: 'duration',
    default: '"1m"',
    example: '"30s"',
    meaning: 'time between two looks at PD, files and processes for components that came or went',
  },
  'probe.interval': {
    type: 'duration',
    default: '"15s"',
    example: '"30s"',
    meaning: 'time between two looks at one port, a tenth of jitter to either side',
  },
  'probe.timeout': {
    type: 'duration',
    default: '"5s"',
    example: '"2s"',
    meaning: 'of one probe; the connection is closed then at the latest',
  },
  'probe.concurrency': {
    type: 'integer',
    unit: 'ports',
    default: '16',
    example: '4',
    meaning: 'ports looked at at the same time',
  },
  'probe.peers': {
    type: 'integer',
    unit: 'ports',
    default: '64',
    example: '16',
    meaning:
      'with `scope = "node"`: of the ports of one kind on other nodes that this node\'s components call, at most so many are probed, always the same ones',
  },
  'probe.negative-interval': {
    type: 'duration',
    default: '"10m"',
    example: '"1h"',
    meaning: 'time between two visits of strangers to one port, who should be refused; `"off"` sends none',
  },
  'probe.resumption': {
    type: 'boolean',
    default: 'false',
    example: 'true',
    meaning:
      'whether a session is taken and offered again without a certificate ([resumption-rejected](checks.md#resumption-rejected))',
  },
  'probe.allow-targets': {
    type: 'strings',
    default: '[]',
    example: '["10.0.0.0/8:9000-9999"]',
    meaning: 'where [`/probe`](#one-port-on-demand-probe) may go besides the inventory, without our certificate',
  },
  'probe.identity-targets': {
    type: 'strings',
    default: '[]',
    example: '["10.0.3.7:9094"]',
    meaning: 'where it may go and show our certificate',
  },
  'wrong-name.cert-path': {
    type: 'path',
    default: 'none',
    example: '"tls/imposter.crt"',
    meaning: "a certificate of the cluster's CA with a name on no list, to come as one of the strangers",
  },
  'wrong-name.key-path': { type: 'path', default: 'none', example: '"tls/imposter.pem"', meaning: 'its key' },
  'web.listen': {
    type: 'string',
    default: '"127.0.0.1:10793"',
    example: '"10.0.1.1:10793"',
    meaning: 'address of page and metrics; `:10793` is every address',
  },
  'web.config-file': {
    type: 'path',
    default: 'none',
    example: '"web.yml"',
    meaning: 'TLS and authentication of that address: see [below](#the-address-of-page-and-metrics-webconfig-file)',
  },
};

/** The arrays of tables, by name. */
export const tables: Readonly<Record<string, ConfigKeys>> = {
  instance: instanceTable,
  component: componentTable,
  client: clientTable,
  proxy: proxyTable,
};

const inTables = /^([\w-]+)\.\d+\.(.+)$/;

/** The name and the key within it, of a key in an array of tables; undefined for any other key. */
export function inArrayOfTables(key: string): { readonly table: string; readonly name: string } | undefined {
  const [, table, name] = inTables.exec(key) ?? [];
  return table === undefined || name === undefined ? undefined : { table, name };
}

/** The row of a key as the document has it, `probe.interval` or `instance.0.address`; undefined for one nobody knows. */
export function configKeyOf(key: string): ConfigKey | undefined {
  const { table, name = key } = inArrayOfTables(key) ?? {};
  const keys = table === undefined ? topLevelKeys : tables[table];
  return keys !== undefined && Object.hasOwn(keys, name) ? keys[name] : undefined;
}
