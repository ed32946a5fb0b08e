import pLimit from 'p-limit';
import { type EndpointObservation, portKey } from '../../checks/check.js';
import { Observer, type ObserverOptions } from '../collect/collector.js';
import type { Target } from '../collect/targets.js';
import type { SidecarOptions } from './options.js';
import { scheduleAll } from './schedule.js';

/** What changes together when the configuration is read again. */
export interface Generation {
  readonly observer: Observer;
  readonly stop: AbortController;
}

/** `current` is the observer in force, of whose looks some still count. */
export async function createGeneration(
  { readConfig, now, metrics, logger }: SidecarOptions,
  current?: () => Observer,
): Promise<Generation> {
  const options: ObserverOptions = {
    now,
    onReload: (event, certificate) => {
      metrics.recordReload(event.outcome === 'reloaded' ? 'success' : 'failure');
      const log = event.error === undefined ? logger.info.bind(logger) : logger.warn.bind(logger);
      log(
        { certificate, outcome: event.outcome, reason: event.error?.message },
        'a pair that probes show changed on disk',
      );
    },
  };
  const observer = await Observer.create(readConfig(), options, current);
  return { observer, stop: new AbortController() };
}

/** Milliseconds after a start in which strangers have come to a thousand ports for the first time. */
const firstVisits = 60_000;

/** Looks at each port by the clock until the generation is replaced, and sends strangers on their slower one. */
export function lookByTheClock(
  { observer, stop: { signal } }: Generation,
  onObserved: (entries: readonly EndpointObservation[]) => void,
): void {
  const { concurrency, interval, refusals } = observer.config.probe;
  const tasks = observer.targets.map((target) => async () => onObserved(await observer.probe(target, signal)));
  scheduleAll(tasks, { interval, limit: pLimit(concurrency), signal });
  if (refusals !== undefined) {
    // One at a time over all ports, so that they are spread as widely as their slow rhythm allows; but where none has been
    // since the agent started, nobody should wait that long for the first verdict.
    const awaited = new Set(observer.evidence().awaited.map(({ instance, endpoint }) => portKey(instance, endpoint)));
    const isAwaited = ({ instance, endpoint }: Target) => awaited.has(portKey(instance, endpoint));
    const limit = pLimit(1);
    const visit = (target: Target) => async () => onObserved(await observer.refuse(target, signal));
    const first = Math.min(refusals, firstVisits * Math.ceil(awaited.size / 1_000));
    const rhythm = { interval: refusals, limit, signal };
    scheduleAll(observer.strangerTargets.filter(isAwaited).map(visit), { ...rhythm, first });
    scheduleAll(observer.strangerTargets.filter((target) => !isAwaited(target)).map(visit), rhythm);
  }
}
