import pLimit from 'p-limit';
import { type EndpointObservation, portKey } from '../../checks/check.js';
import { Collector, type CollectorOptions } from '../collect/collector.js';
import type { Target } from '../collect/targets.js';
import type { SidecarOptions } from './options.js';
import { scheduleAll } from './schedule.js';

/** What changes together when the configuration is read again. */
export interface Runtime {
  readonly collector: Collector;
  readonly stop: AbortController;
}

/** `current` is the observer in force, of whose looks some still count. */
export async function createRuntime(
  { readConfig, now, metrics, logger }: SidecarOptions,
  current?: () => Collector,
): Promise<Runtime> {
  const options: CollectorOptions = {
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
  const collector = await Collector.create(readConfig(), options, current);
  return { collector, stop: new AbortController() };
}

/** Milliseconds after a start in which strangers have come to a thousand ports for the first time. */
const firstNegativeProbes = 60_000;

/** Looks at each port by the clock until the generation is replaced, and sends strangers on their slower one. */
export function probeOnSchedule(
  { collector, stop: { signal } }: Runtime,
  onObserved: (entries: readonly EndpointObservation[]) => void,
): void {
  const { concurrency, interval, rejections } = collector.config.probe;
  const tasks = collector.targets.map((target) => async () => onObserved(await collector.probe(target, signal)));
  scheduleAll(tasks, { interval, limit: pLimit(concurrency), signal });
  if (rejections !== undefined) {
    // One at a time over all ports, so that they are spread as widely as their slow rhythm allows; but where none has been
    // since the agent started, nobody should wait that long for the first verdict.
    const awaited = new Set(collector.evidence().awaited.map(({ instance, endpoint }) => portKey(instance, endpoint)));
    const isAwaited = ({ instance, endpoint }: Target) => awaited.has(portKey(instance, endpoint));
    const limit = pLimit(1);
    const negativeProbe = (target: Target) => async () => onObserved(await collector.reject(target, signal));
    const first = Math.min(rejections, firstNegativeProbes * Math.ceil(awaited.size / 1_000));
    const rhythm = { interval: rejections, limit, signal };
    scheduleAll(collector.negativeTargets.filter(isAwaited).map(negativeProbe), { ...rhythm, first });
    scheduleAll(collector.negativeTargets.filter((target) => !isAwaited(target)).map(negativeProbe), rhythm);
  }
}
