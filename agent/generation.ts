import pLimit from 'p-limit';
import type { EndpointObservation } from '../checks/check.js';
import { Observer, type ObserverOptions } from './observer.js';
import { scheduleAll } from './schedule.js';
import type { SidecarOptions } from './sidecar.js';

/** What changes together when the configuration is read again. */
export interface Generation {
  readonly observer: Observer;
  readonly stop: AbortController;
}

/** `before` is the observer in force, of whose looks some still count. */
export async function createGeneration(
  { readConfig, now, metrics, logger }: SidecarOptions,
  before?: Observer,
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
  const observer = await Observer.create(readConfig(), options, before);
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
    const visits = observer.strangerTargets.map(
      (target) => async () => onObserved(await observer.refuse(target, signal)),
    );
    // One at a time over all ports, so that they are spread as widely as their slow rhythm allows.
    const first = Math.min(refusals, firstVisits * Math.ceil(visits.length / 1_000));
    scheduleAll(visits, { interval: refusals, first, limit: pLimit(1), signal });
  }
}
