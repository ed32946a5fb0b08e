import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { EndpointObservation } from '../../checks/check.js';
import { askAwake } from '../../probes/event-loop-stall.js';
import type { Observer } from './collector.js';

/** One look at everything: files first, then every port, at most `concurrency` at a time. */
export async function observeOnce(
  observer: Observer,
  signal: AbortSignal,
  onObserved: (entries: readonly EndpointObservation[]) => void = () => undefined,
): Promise<void> {
  // Every probe in flight listens for the end.
  setMaxListeners(0, signal);
  await observer.readCredentials();
  const limit = pLimit(observer.config.probe.concurrency);
  await Promise.all(
    observer.targets.map((target) =>
      limit(async () => onObserved(await askAwake(() => observer.probe(target, signal)))),
    ),
  );
}

/** One visit of the strangers to every port they come to. */
export async function refuseOnce(
  observer: Observer,
  signal: AbortSignal,
  onObserved: (entries: readonly EndpointObservation[]) => void = () => undefined,
): Promise<void> {
  setMaxListeners(0, signal);
  const limit = pLimit(observer.config.probe.concurrency);
  await Promise.all(
    observer.strangerTargets.map((target) =>
      limit(async () => onObserved(await askAwake(() => observer.refuse(target, signal)))),
    ),
  );
}
