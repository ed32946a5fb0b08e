import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { defaults } from '../agent/config/load.js';
import { scheduleAll } from '../agent/sidecar/schedule.js';
import { VirtualClock } from './virtual-clock.js';

/** Runs the agents' own schedule of these tasks, a list per agent, for a stretch of virtual time. */
export async function simulate(
  agents: readonly (readonly (() => void)[])[],
  interval: number,
  stretch: number,
): Promise<void> {
  const clock = new VirtualClock();
  const random = seeded(20_261_126);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  clock.install();
  try {
    for (const tasks of agents) {
      const limit = pLimit(defaults.probe.concurrency);
      const promising = tasks.map((task) => async () => task());
      scheduleAll(promising, { interval, limit, signal: stop.signal, random });
    }
    await clock.run(stretch);
    stop.abort();
  } finally {
    clock.restore();
  }
}

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
