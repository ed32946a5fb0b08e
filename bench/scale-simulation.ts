import { defaults } from '../agent/config/load.js';
import { formatAddress } from '../cluster/inventory/address.js';
import { type AgentOfMany, type Cluster, createCluster, type Variant } from './scale-cluster.js';
import type { Figures, Kinds, Load, Sample } from './scale-figures.js';
import { measureIngest } from './scale-prometheus.js';
import { renderAgent } from './scale-registry.js';
import { simulate } from './scale-schedule.js';
import { writeFigures } from './scaling-page.js';
import { short } from './short.js';

/** `npm run scale`: what a thousand agents do to a cluster and to Prometheus; writes the figures of docs/scaling.md. */
const agents = short ? 100 : 1_000;
const variants: readonly Variant[] = [
  { name: 'files of the node', knows: 'node', peers: defaults.probe.peers },
  { name: 'whole cluster, `peers = 8`', knows: 'cluster', peers: 8 },
  { name: 'whole cluster, `peers = 64` (default)', knows: 'cluster', peers: defaults.probe.peers },
  { name: 'whole cluster, all of it', knows: 'cluster', peers: 2 * agents },
];

const hour = 3_600_000;
const negativeProbesPerHour = hour / defaults.probe.interval;

/** By the address of each port of the cluster. */
class Loads {
  readonly #loads = new Map<string, { readonly kind: string; negativeProbes: number; connections: number }>();

  constructor(cluster: Cluster) {
    for (const { component, endpoints } of cluster.nodes.flat()) {
      for (const endpoint of endpoints) {
        const kind = `${component} ${endpoint.name}`;
        this.#loads.set(formatAddress(endpoint), { kind, negativeProbes: 0, connections: 0 });
      }
    }
  }

  add(address: string, negativeProbes: number, connections: number): void {
    const load = this.#loads.get(address);
    if (load === undefined) {
      throw new TypeError(`${address} is no port of the cluster`);
    }
    load.negativeProbes += negativeProbes;
    load.connections += connections;
  }

  kinds(): Kinds {
    const names = [...new Set([...this.#loads.values()].map(({ kind }) => kind))];
    return new Map(
      names.map((name) => {
        const ofKind = [...this.#loads.values()].filter(({ kind }) => kind === name);
        const mean = (key: keyof Load) => ofKind.reduce((total, one) => total + one[key], 0) / ofKind.length;
        const most = ofKind.reduce((a, b) => (b.connections > a.connections ? b : a));
        const alone = ofKind.filter(({ negativeProbes }) => negativeProbes <= negativeProbesPerHour).length;
        return [
          name,
          { mean: { negativeProbes: mean('negativeProbes'), connections: mean('connections') }, most, alone },
        ];
      }),
    );
  }
}

/**
 * Who calls whom is asked of every agent; how often follows from the interval alone, because the jitter is even to both
 * sides. So this is exact in the mean, where agents keep up.
 */
function countProbes(cluster: Cluster, variant: Variant): Kinds {
  const loads = new Loads(cluster);
  for (let node = 0; node < agents; node++) {
    const agent = cluster.agentOf(node, variant);
    const handshakes = handshakesOf(agent);
    for (const target of agent.targets) {
      loads.add(formatAddress(target.endpoint), negativeProbesPerHour, negativeProbesPerHour * handshakes(target));
    }
  }
  return loads.kinds();
}

/** The profile says who calls a port, of which there are few. */
function handshakesOf({ identities }: AgentOfMany): (target: AgentOfMany['targets'][number]) => number {
  const known = new Map<unknown, number>();
  return (target) => {
    const { profile } = target.endpoint;
    const count = known.get(profile) ?? identities.for(target).length;
    known.set(profile, count);
    return count;
  };
}

/** An hour of the negative probes of every agent. */
async function simulateUnauthorizedClients(cluster: Cluster, variant: Variant): Promise<Kinds> {
  const loads = new Loads(cluster);
  const tasks: (() => void)[][] = [];
  for (let node = 0; node < agents; node++) {
    const { negativeTargets, negativeProbes } = cluster.agentOf(node, variant);
    const ofAgent = negativeTargets.map(async (target) => {
      const questions = await negativeProbes.attempts(target, AbortSignal.timeout(60_000));
      // The server handshake is read on a connection of its own.
      return () => loads.add(formatAddress(target.endpoint), 1, questions.length + 1);
    });
    tasks.push(await Promise.all(ofAgent));
  }
  await simulate(tasks, defaults.probe.negativeInterval ?? hour, hour);
  return loads.kinds();
}

async function simulateSample(cluster: Cluster, variant: Variant): Promise<Sample> {
  const nodes = [0, Math.floor(agents / 2), agents - 1];
  const counts: number[] = [];
  const tasks = nodes.map((node) =>
    cluster.agentOf(node, variant).targets.map(() => {
      const at = counts.push(0) - 1;
      return () => {
        counts[at] = (counts[at] ?? 0) + 1;
      };
    }),
  );
  await simulate(tasks, defaults.probe.interval, hour);
  const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length;
  return { agents: nodes.length, mean, least: Math.min(...counts), most: Math.max(...counts) };
}

async function main(): Promise<void> {
  const cluster = await createCluster(agents);
  const [first, , whole] = variants;
  if (first === undefined || whole === undefined) {
    throw new TypeError('there are several variants');
  }
  const unauthorizedClients = await simulateUnauthorizedClients(cluster, first);
  process.stderr.write('negative probes: simulated\n');
  const sample = await simulateSample(cluster, whole);
  process.stderr.write(`sample: ${JSON.stringify(sample)}\n`);
  const figures: Figures[] = [];
  for (const variant of variants) {
    const kinds = countProbes(cluster, variant);
    process.stderr.write(`${variant.name}: counted\n`);
    // One that has a TiDB and two TiKV, as nearly all.
    const typical = cluster.agentOf(agents - 1, variant);
    const handshakes = handshakesOf(typical);
    const rendered = await renderAgent(typical);
    figures.push({
      ...{ variant: variant.name, kinds, rendered, ports: typical.targets.length },
      handshakesOfAgent: typical.targets.reduce((sum, target) => sum + negativeProbesPerHour * handshakes(target), 0),
      ingest: await measureIngest(rendered),
    });
    process.stderr.write(`${variant.name}: ${rendered.series} series, ${JSON.stringify(figures.at(-1)?.ingest)}\n`);
  }
  writeFigures({ agents, figures, unauthorizedClients, sample });
}

await main();
