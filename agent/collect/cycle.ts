import { setMaxListeners } from 'node:events';
import { withoutStall } from '../../probes/event-loop-stall.js';
import type { Collector } from './collector.js';
import { probeLimits } from './probe-limits.js';
import type { Target } from './targets.js';

/** One cycle: reads every credential file, then probes every port, at most `concurrency` at a time. */
export async function observeOnce(
  collector: Collector,
  signal: AbortSignal,
  onPort: () => void = () => undefined,
): Promise<void> {
  await collector.readCredentials();
  await onEach(collector, collector.targets, signal, (target) => collector.probe(target, signal), onPort);
}

/** One cycle of negative probes: every port that gets them, at most `concurrency` at a time. */
export async function negativeProbesOnce(
  collector: Collector,
  signal: AbortSignal,
  onPort: () => void = () => undefined,
): Promise<void> {
  await onEach(
    collector,
    collector.negativeTargets,
    signal,
    (target) => collector.negativeProbe(target, signal),
    onPort,
  );
}

async function onEach(
  { config }: Collector,
  targets: readonly Target[],
  signal: AbortSignal,
  probe: (target: Target) => Promise<unknown>,
  onPort: () => void,
): Promise<void> {
  // Every probe under way listens to the signal.
  setMaxListeners(0, signal);
  const limitOf = probeLimits(targets, config.probe.concurrency);
  await Promise.all(
    targets.map((target) =>
      limitOf(target)(async () => {
        await withoutStall(() => probe(target));
        onPort();
      }),
    ),
  );
}
