import { portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** A program beside the components, whose file is none of theirs and whose port may have TLS. */
interface OtherProgram {
  readonly name: string;
  readonly title: string;
  /** Its file's name, or a part of it. */
  readonly file?: RegExp;
  /** Keys that no component has, in TOML or YAML. */
  readonly keys?: RegExp;
  /** False for a program without a port. */
  readonly listens?: false;
}

/** What TiUP deploys beside the components, and the tools of TiDB that have a file of their own. */
export const otherPrograms: readonly OtherProgram[] = [
  {
    name: 'tidb-lightning',
    title: 'TiDB Lightning',
    file: /lightning/,
    keys: /^(lightning|mydumper|tikv-importer|checkpoint|post-restore)\./,
  },
  {
    name: 'tikv-importer',
    title: 'TiKV Importer',
    file: /importer/,
    keys: /^import\.(import-dir|max-open-engines|num-import-jobs|region-split-size|stream-channel-window)$/,
  },
  {
    name: 'pump',
    title: 'Pump',
    file: /(^|[^a-z])pump([^a-z]|$)/,
    keys: /^(heartbeat-interval|storage\.(sync-log|kv_chan_cap|stop-write-at-available-space))$/,
  },
  { name: 'drainer', title: 'Drainer', file: /drainer/, keys: /^(detect-interval$|syncer\.)/ },
  {
    name: 'sync-diff-inspector',
    title: 'sync-diff-inspector',
    file: /sync[-_]?diff/,
    keys: /^(data-sources\.|check-thread-count$|export-fix-sql$|task\.(output-dir|source-instances|target-instance)$)/,
    listens: false,
  },
  {
    name: 'changefeed',
    title: 'a changefeed of TiCDC',
    file: /changefeed/,
    keys: /^(sink|mounter|filter|consistent)\./,
    listens: false,
  },
  { name: 'dumpling', title: 'Dumpling', file: /dumpling|mydumper/, listens: false },
  { name: 'loader', title: 'Loader', file: /(^|[^a-z])(loader|syncer)([^a-z]|$)/, listens: false },
  { name: 'tispark', title: 'TiSpark', file: /tispark|spark-defaults/, listens: false },
  { name: 'dm-topology', title: "TiUP's DM component", keys: /^(master_servers|worker_servers)$/, listens: false },
  { name: 'dm-source', title: 'DM (a source)', keys: /^source-id$/, listens: false },
  { name: 'dm-task', title: 'DM (a task)', keys: /^(mysql-instances|target-database\.host)$/, listens: false },
  { name: 'ng-monitoring', title: 'NgMonitoring', file: /ng-?monitoring/ },
  { name: 'prometheus', title: 'Prometheus', file: /prometheus/, keys: /^scrape_configs$/ },
  { name: 'alertmanager', title: 'Alertmanager', file: /alertmanager/ },
  { name: 'grafana', title: 'Grafana', file: /grafana/ },
  { name: 'node-exporter', title: 'node_exporter', file: /node[-_]exporter/ },
  { name: 'blackbox-exporter', title: 'blackbox_exporter', file: /blackbox/ },
  { name: 'tidb-dashboard', title: 'TiDB Dashboard', file: /dashboard/ },
];

/** What `component` of an `[[instance]]` may be beside a component: a program with a port. */
export const listeningPrograms: readonly string[] = otherPrograms
  .filter(({ listens }) => listens !== false)
  .map(({ name }) => name);

/** A port with TLS of a program that is no component: its certificate is checked, and no name is expected to be enforced. */
export const other: ComponentProfile = {
  component: 'other',
  title: 'another program',
  file: '',
  executable: '',
  decidingKeys: /^$/,
  tellingKeys: /^$/,
  securityKeys: { ca: '', cert: '', key: '', allowedCommonNames: '' },
  incompleteTls: 'another program decides itself',
  trimsAllowList: false,
  needsOwnCommonName: false,
  caOptional: true,
  fatalAtStart: [],
  verifiesServersBy: 'go',
  advertisedKeys: [],
  instanceEndpoint: 'service',
  mainEndpoint: 'service',
  endpoints: [
    {
      ...go,
      name: 'service',
      title: 'port of another program',
      defaultPort: 9090,
      callers: { ...goCallers, clientCertificate: 'with-allow-list', minimumEntries: Number.POSITIVE_INFINITY },
      probe: { protocol: 'http', path: '/metrics', accept: 'any' },
      questions: {},
      calledBy: ['prometheus', 'tiup', 'agent'],
    },
  ],
  locate: () => portLocations({}),
};
