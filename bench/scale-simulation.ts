import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { defaultProbe } from '../agent/config.js';
import { scheduleAll } from '../agent/schedule.js';
import type { Target } from '../agent/scope.js';
import { formatAddress } from '../cluster/address.js';
import { type AgentOfMany, agents, createCluster, type Variant } from './scale-cluster.js';
import { type Ingest, measureIngest } from './scale-prometheus.js';
import { type Rendered, renderAgent } from './scale-registry.js';
import { writeFigures } from './scaling-page.js';
import { VirtualClock } from './virtual-clock.js';

/** `npm run scale`: what a thousand agents do to a cluster and to Prometheus; writes the figures of docs/scaling.md. */
const variants: readonly Variant[] = [
  { name: 'files of the node', knows: 'node', peers: defaultProbe.peers },
  { name: 'whole cluster, `peers = 8`', knows: 'cluster', peers: 8 },
  { name: 'whole cluster, `peers = 64` (default)', knows: 'cluster', peers: defaultProbe.peers },
];

const hour = 3_600_000;

/** Of one port, per hour: how often agents come by their schedule, and how many handshakes that makes. */
interface Load {
  readonly visits: number;
  readonly handshakes: number;
}

interface Counted {
  /** By kind of port, the mean and the busiest. */
  readonly kinds: ReadonlyMap<string, { readonly mean: Load; readonly most: Load; readonly unvisited: number }>;
}

type Work = (agent: AgentOfMany) => Promise<readonly { readonly target: Target; readonly handshakes: number }[]>;

/** Runs the schedule of all agents for a stretch of virtual time. */
async function simulate(
  cluster: readonly AgentOfMany[],
  interval: number,
  stretch: number,
  work: Work,
): Promise<Counted> {
  const clock = new VirtualClock();
  const random = seeded(20_261_126);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const loads = new Map<string, { kind: string; visits: number; handshakes: number }>();
  for (const { inventory } of cluster) {
    for (const instance of inventory.instances.filter(({ local }) => local)) {
      for (const endpoint of instance.endpoints) {
        const kind = `${instance.component} ${endpoint.name}`;
        loads.set(formatAddress(endpoint), { kind, visits: 0, handshakes: 0 });
      }
    }
  }
  const planned = await Promise.all(cluster.map(work));
  clock.install();
  try {
    for (const targets of planned) {
      const tasks = targets.map(({ target, handshakes }) => {
        const load = loads.get(formatAddress(target.endpoint));
        return async () => {
          if (load !== undefined) {
            load.visits++;
            load.handshakes += handshakes;
          }
        };
      });
      scheduleAll(tasks, { interval, limit: pLimit(defaultProbe.concurrency), signal: stop.signal, random });
    }
    await clock.run(stretch);
    stop.abort();
  } finally {
    clock.restore();
  }
  const kinds = grouped([...loads.values()]);
  return {
    kinds: new Map(
      [...kinds].map(([kind, ofKind]) => {
        const scale = hour / stretch;
        const load = (value: Load): Load => ({ visits: value.visits * scale, handshakes: value.handshakes * scale });
        const sum = (key: keyof Load) => ofKind.reduce((total, one) => total + one[key], 0) / ofKind.length;
        const most = ofKind.reduce((a, b) => (b.handshakes > a.handshakes ? b : a));
        const mean = load({ visits: sum('visits'), handshakes: sum('handshakes') });
        return [kind, { mean, most: load(most), unvisited: ofKind.filter(({ visits }) => visits === 0).length }];
      }),
    ),
  };
}

function grouped<T extends { readonly kind: string }>(values: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(value.kind) ?? [];
    group.push(value);
    groups.set(value.kind, group);
  }
  return groups;
}

const probing: Work = async ({ targets, identities }) =>
  targets.map((target) => ({ target, handshakes: identities.for(target).length }));

const refusing: Work = ({ strangerTargets, identities, visits }) =>
  Promise.all(
    strangerTargets.map(async (target) => {
      const questions = await visits.strangers(target, identities, AbortSignal.timeout(60_000));
      // The first flight is read on a connection of its own.
      return { target, handshakes: questions.length + 1 };
    }),
  );

/** The same numbers at each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Figures {
  readonly variant: string;
  readonly kinds: Counted['kinds'];
  /** Ports that one agent probes. */
  readonly ports: number;
  readonly handshakesPerAgent: number;
  readonly rendered: Rendered;
}

const figures: Figures[] = [];
let refusals: Counted | undefined;
let ingest: Ingest | undefined;
for (const variant of variants) {
  const cluster = await createCluster(variant);
  const last = cluster.at(-1);
  if (last === undefined) {
    throw new TypeError('a cluster without nodes');
  }
  refusals ??= await simulate(cluster, defaultProbe.refusals ?? hour, hour, refusing);
  // Four visits of every port by every agent; an hour of the largest would be 48 million.
  const { kinds } = await simulate(cluster, defaultProbe.interval, 60_000, probing);
  const handshakes = (await probing(last)).reduce((sum, one) => sum + one.handshakes, 0);
  const handshakesPerAgent = (handshakes * hour) / defaultProbe.interval;
  const rendered = await renderAgent(last);
  figures.push({ variant: variant.name, kinds, ports: last.targets.length, handshakesPerAgent, rendered });
  ingest ??= await measureIngest(rendered.text);
  writeFigures(agents, figures, refusals.kinds, ingest);
}
