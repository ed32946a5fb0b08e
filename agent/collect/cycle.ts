import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { EndpointObservation } from '../../checks/check.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import type { Collector } from './collector.js';

/** One look at everything: files first, then every port, at most `concurrency` at a time. */
export async function observeOnce(
  collector: Collector,
  signal: AbortSignal,
  onObserved: (entries: readonly EndpointObservation[]) => void = () => undefined,
): Promise<void> {
  // Every probe in flight listens for the end.
  setMaxListeners(0, signal);
  await collector.readCredentials();
  const limit = pLimit(collector.config.probe.concurrency);
  await Promise.all(
    collector.targets.map((target) =>
      limit(async () => onObserved(await withoutStall(() => collector.probe(target, signal)))),
    ),
  );
}

/** One visit of the strangers to every port they come to. */
export async function negativeProbesOnce(
  collector: Collector,
  signal: AbortSignal,
  onObserved: (entries: readonly EndpointObservation[]) => void = () => undefined,
): Promise<void> {
  setMaxListeners(0, signal);
  const limit = pLimit(collector.config.probe.concurrency);
  await Promise.all(
    collector.negativeTargets.map((target) =>
      limit(async () => onObserved(await withoutStall(() => collector.reject(target, signal)))),
    ),
  );
}
