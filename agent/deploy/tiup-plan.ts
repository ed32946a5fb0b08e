import { posix } from 'node:path';
import { readText } from '../../cluster/documents/config-file.js';
import type { Problem } from '../../cluster/documents/origin.js';
import { formatProblem } from '../../cluster/documents/origin.js';
import { at, parseYaml, textAt, type YamlValue } from '../../cluster/documents/yaml.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import { instanceOf } from '../../cluster/inventory/component-config.js';
import type { Described } from '../../cluster/inventory/described.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import { clusterNameOf, tiupClientOf } from '../../cluster/sources/described-file.js';
import { directoryOf, isTopology, readTopology, type Topology } from '../../cluster/sources/topology.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { OperatorError, unreadable } from '../config/error.js';
import { requireSafe } from './safe-plan.js';

/** A component on a host, with the directory that TiUP deployed it to. */
export interface PlannedInstance {
  readonly instance: Instance;
  readonly directory: string;
}

/** A host to install an agent on. */
export interface PlannedHost {
  readonly host: string;
  /** Names for TiUP's `-N`. */
  readonly nodes: readonly string[];
  readonly architecture: 'x64' | 'arm64';
  readonly instances: readonly PlannedInstance[];
  /** The agent's credential files: those of TiUP's exporters, or of a component where the host has no exporters. */
  readonly agent: CredentialPaths;
}

/** A Prometheus or Grafana that TiUP deployed. */
export interface PlannedMonitor {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  readonly nodes: readonly string[];
  /** `rule_dir` of Prometheus, `dashboard_dir` of Grafana. */
  readonly folder: string | undefined;
  readonly pushgateways: readonly string[];
  /** Prometheus in agent mode evaluates no rules. */
  readonly agentMode: boolean;
}

/** The facts of a TiUP cluster that installing agents needs. */
export interface TiupPlan {
  readonly file: string;
  readonly cluster: string;
  readonly user: string;
  readonly group: string;
  readonly systemdMode: 'system' | 'user';
  /** Client URLs. */
  readonly pd: readonly string[];
  /** Whether the Prometheus that TiUP deployed calls the cluster. */
  readonly monitored: boolean;
  readonly hosts: readonly PlannedHost[];
  readonly prometheus: readonly PlannedMonitor[];
  readonly grafana: readonly PlannedMonitor[];
}

/** Reads meta.yaml or a topology. Throws OperatorError when it is neither, or has no cluster name or no TLS. */
export function readTiupPlan(file: string, name: string | undefined): TiupPlan {
  const root = parseYaml(textOf(file), file).find(isTopology);
  const problems: Problem[] = [];
  const cluster = name ?? clusterNameOf(file);
  const topology = root === undefined ? undefined : readTopology(root, file, problems, tiupClientOf(file, cluster));
  const [problem] = problems.filter(({ severity }) => severity === 'fail');
  if (root === undefined || topology === undefined || problem !== undefined) {
    const message = problem === undefined ? `${file} is not a TiUP topology` : formatProblem(problem);
    throw new OperatorError('bad_topology', message, problem?.remediation ?? 'name the meta.yaml of the cluster');
  }
  if (cluster === undefined) {
    throw new OperatorError('no_cluster_name', `${file} does not contain the cluster's name`, 'add --name NAME');
  }
  requireTls(topology, cluster);
  const inner = at(root, 'topology') ?? root;
  const user = textAt(root, 'user') ?? textAt(inner, 'global', 'user') ?? 'tidb';
  const hosts = hostsOf(topology, inner);
  const plan: TiupPlan = {
    file,
    cluster,
    user,
    group: textAt(inner, 'global', 'group') ?? user,
    systemdMode: textAt(inner, 'global', 'systemd_mode') === 'user' ? 'user' : 'system',
    pd: hosts.flatMap(({ instances }) => instances.flatMap(({ instance }) => clientUrlOf(instance))),
    monitored: (at(inner, 'monitoring_servers')?.items ?? []).length > 0,
    hosts,
    prometheus: monitorsOf(inner, 'monitoring_servers', 'prometheus', 9090, 'rule_dir'),
    grafana: monitorsOf(inner, 'grafana_servers', 'grafana', 3000, 'dashboard_dir'),
  };
  requireSafe(plan);
  return plan;
}

function textOf(file: string): string {
  try {
    return readText(file);
  } catch (error: unknown) {
    throw unreadable('topology_unreadable', file, '--topology', error);
  }
}

function requireTls({ tls, file }: Topology, cluster: string): void {
  if (!tls) {
    throw new OperatorError(
      'no_tls',
      `${file}: the cluster has no TLS between its components, so there is nothing to monitor yet`,
      `check it with: tidb-mtls-agent check --before-enable --topology ${file}; then: tiup cluster tls ${cluster} enable`,
    );
  }
}

function hostsOf(topology: Topology, inner: YamlValue): readonly PlannedHost[] {
  const servers = serversOf(inner);
  return [...new Set(topology.described.flatMap(({ host }) => host ?? []))].flatMap((host) => {
    const instances = topology.described.filter((one) => one.host === host).flatMap(plannedOf);
    const here = servers.filter((server) => textAt(server, 'host') === host);
    const withoutExporters = here.some((server) => at(server, 'ignore_exporter')?.value === true);
    const agent = withoutExporters ? instances.flatMap(({ instance }) => filesOf(instance))[0] : exporterFiles(inner);
    const arch = textAt(here[0], 'arch') ?? textAt(inner, 'global', 'arch') ?? 'amd64';
    const architecture = ['arm64', 'aarch64'].includes(arch) ? 'arm64' : 'x64';
    return agent === undefined ? [] : [{ host, nodes: nodesOf(here[0]), architecture, instances, agent }];
  });
}

function filesOf({ security: { ca, cert, key } }: Instance): readonly PlannedHost['agent'][] {
  return ca === undefined || cert === undefined || key === undefined
    ? []
    : [{ ca: ca.value, cert: cert.value, key: key.value }];
}

/** Every entry of every list of servers. */
function serversOf(inner: YamlValue): readonly YamlValue[] {
  return [...(inner.entries ?? [])].flatMap(([list, { value }]) =>
    list.endsWith('_servers') ? (value.items ?? []) : [],
  );
}

function plannedOf(described: Described): readonly PlannedInstance[] {
  const instance = instanceOf(described, []);
  return instance === undefined ? [] : [{ instance, directory: described.document.directory ?? '' }];
}

/** The certificate and key that TiUP gives each host for its exporters have this name. */
export const monitorName = 'blackbox_exporter';

function exporterFiles(inner: YamlValue): PlannedHost['agent'] {
  const port = textAt(inner, 'monitored', 'node_exporter_port') ?? '9100';
  const tls = posix.join(directoryOf(inner, textAt(inner, 'monitored', 'deploy_dir'), `monitor-${port}`), 'tls');
  return { ca: `${tls}/ca.crt`, cert: `${tls}/${monitorName}.crt`, key: `${tls}/${monitorName}.pem` };
}

/** `push -N` needs both names of a host that TiUP manages by another address. */
function nodesOf(server: YamlValue | undefined): readonly string[] {
  return ['host', 'manage_host'].flatMap((key) => textAt(server, key) ?? []);
}

function clientUrlOf({ component, endpoints }: Instance): readonly string[] {
  const client = component === 'pd' ? endpoints.find(({ name }) => name === 'client') : undefined;
  return client === undefined ? [] : [`https://${formatAddress(client)}`];
}

function monitorsOf(
  inner: YamlValue,
  list: string,
  role: string,
  usualPort: number,
  folder: string,
): readonly PlannedMonitor[] {
  return (at(inner, list)?.items ?? []).map((server) => {
    const port = Number(textAt(server, 'port') ?? usualPort);
    return {
      host: textAt(server, 'host') ?? '',
      port,
      directory: directoryOf(inner, textAt(server, 'deploy_dir'), `${role}-${port}`),
      nodes: nodesOf(server),
      folder: textAt(server, folder) || undefined,
      pushgateways: (at(server, 'pushgateway_addrs')?.items ?? []).map(({ value }) => String(value)),
      agentMode: at(server, 'enable_prom_agent_mode')?.value === true,
    };
  });
}
