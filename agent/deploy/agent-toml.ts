import { posix } from 'node:path';
import { profiles } from '../../cluster/components/profiles.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { PlannedHost, PlannedInstance, TiupPlan } from './tiup-plan.js';

/** Configuration files that TiUP names differently from the component. */
const tiupFiles: Readonly<Record<string, string>> = { ticdc: 'cdc' };

/** The agent.toml of one host. `history` is a file that the service may write. */
export function renderAgentToml(plan: TiupPlan, host: PlannedHost, port: number, history: string): string {
  const { cluster, pd } = plan;
  return [
    `# Agent of ${host.host} in cluster ${cluster}, written from its topology. Write it again after scale-out or scale-in.`,
    table('security', { 'ca-path': host.agent.ca, 'cert-path': host.agent.cert, 'key-path': host.agent.key }),
    table('cluster', { pd, processes: true }),
    ...host.instances.map((planned) => instanceTable(planned)),
    ...clientTables(plan),
    table('history', { file: history }),
    // Prometheus scrapes from another host.
    table('web', { listen: formatAddress({ host: host.host, port }) }),
  ].join('\n');
}

/** Ports from the topology, since TiUP passes them as flags; the component's file has its allow-list. */
function instanceTable({ instance, directory }: PlannedInstance): string {
  const { component, endpoints, security, version } = instance;
  const profile = profiles[component];
  const main = endpoints.find(({ name }) => name === profile.mainEndpoint);
  const others = endpoints.filter((endpoint) => endpoint !== main);
  const file = `${tiupFiles[component] ?? profile.file}.toml`;
  return table('[instance]', {
    component,
    ...(main === undefined ? {} : { address: formatAddress(main) }),
    ...Object.fromEntries(others.map((endpoint) => [`${endpoint.name}-address`, formatAddress(endpoint)])),
    ...(version === undefined ? {} : { version: version.replace(/^v/, '') }),
    config: posix.join(directory, 'conf', file),
    ...pathsOf(security),
  });
}

function pathsOf({ ca, cert, key }: PlannedInstance['instance']['security']) {
  const paths = [
    ['ca-path', ca?.value],
    ['cert-path', cert?.value],
    ['key-path', key?.value],
  ] as const;
  return Object.fromEntries(paths.filter(([, value]) => value !== undefined));
}

/** Other clients with a certificate: TiUP itself, and the Prometheus that it deployed. */
function clientTables({ cluster, monitored }: TiupPlan): readonly string[] {
  return [
    table('[client]', { name: 'tiup', 'common-name': `${cluster}-client` }),
    ...(monitored ? [table('[client]', { name: 'prometheus', 'common-name': 'prometheus' })] : []),
  ];
}

type Value = string | boolean | readonly string[];

/** JSON's strings and arrays of strings are valid TOML. */
function table(name: string, values: Readonly<Record<string, Value | undefined>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `\n[${name}]\n${lines.join('\n')}`;
}
