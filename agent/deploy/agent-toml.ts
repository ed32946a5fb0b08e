import { posix } from 'node:path';
import { profiles } from '../../cluster/components/profiles.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { PlannedHost, PlannedInstance, TiupPlan } from './tiup-plan.js';

/** What TiUP calls the file of a component, where that is not the component's own name for it. */
const tiupFiles: Readonly<Record<string, string>> = { ticdc: 'cdc' };

/** The agent.toml of one host. `history` is the file that the service may write. */
export function renderAgentToml(plan: TiupPlan, host: PlannedHost, port: number, history: string): string {
  const { cluster, pd } = plan;
  return [
    `# Agent of ${host.host} in cluster ${cluster}, made of its topology. Make it anew after scale-out or scale-in.`,
    table('security', { 'ca-path': host.agent.ca, 'cert-path': host.agent.cert, 'key-path': host.agent.key }),
    table('cluster', { pd, processes: true }),
    ...host.instances.map((planned) => instanceTable(planned)),
    ...clientTables(plan),
    table('history', { file: history }),
    // Prometheus comes from another host.
    table('web', { listen: formatAddress({ host: host.host, port }) }),
  ].join('\n');
}

/** Ports from the topology, since TiUP passes them as flags; names on lists from the file. */
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

/** Who else calls the cluster with a certificate: TiUP itself, and the Prometheus it deployed. */
function clientTables({ cluster, monitored }: TiupPlan): readonly string[] {
  return [
    table('[client]', { name: 'tiup', 'common-name': `${cluster}-client` }),
    ...(monitored ? [table('[client]', { name: 'prometheus', 'common-name': 'prometheus' })] : []),
  ];
}

type Value = string | boolean | readonly string[];

/** JSON's strings and arrays of strings are TOML's. */
function table(name: string, values: Readonly<Record<string, Value | undefined>>): string {
  const lines = Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `\n[${name}]\n${lines.join('\n')}`;
}
