import pLimit from 'p-limit';
import { portKey } from '../../checks/check.js';
import { probeLimits } from '../collect/probe-limits.js';
import type { Target } from '../collect/targets.js';
import type { Runtime } from './runtime.js';
import { scheduleAll } from './schedule.js';

/** Milliseconds after a start within which a thousand ports get their first negative probes. */
const firstNegativeProbes = 60_000;

export interface ProbeScheduleHandlers {
  readonly onProbed: () => void;
  /** A defect: probes themselves never throw. */
  readonly onError: (error: unknown) => void;
}

/** Probes each port on schedule until the runtime is stopped; negative probes have a slower one. */
export function probeOnSchedule(
  { collector, stop: { signal } }: Runtime,
  { onProbed, onError }: ProbeScheduleHandlers,
): void {
  const { concurrency, interval, negativeInterval } = collector.config.probe;
  const probe = (target: Target) => () => collector.probe(target, signal).then(onProbed).catch(onError);
  const limitOf = probeLimits(collector.targets, concurrency);
  for (const limit of new Set(collector.targets.map(limitOf))) {
    const tasks = collector.targets.filter((target) => limitOf(target) === limit).map(probe);
    scheduleAll(tasks, { interval, limit, signal });
  }
  if (negativeInterval !== undefined) {
    const pending = new Set(
      collector.evidence().negativeProbesPending.map(({ instance, endpoint }) => portKey(instance, endpoint)),
    );
    const isPending = ({ instance, endpoint }: Target) => pending.has(portKey(instance, endpoint));
    const negativeProbe = (target: Target) => () =>
      collector.negativeProbe(target, signal).then(onProbed).catch(onError);
    // One at a time over all ports, so that they are spread as widely as the slow schedule allows.
    const slowly = { interval: negativeInterval, limit: pLimit(1), signal };
    // A port without any result does not wait that long for its first one.
    const first = Math.min(negativeInterval, firstNegativeProbes * Math.ceil(pending.size / 1_000));
    scheduleAll(collector.negativeTargets.filter(isPending).map(negativeProbe), { ...slowly, first });
    scheduleAll(collector.negativeTargets.filter((target) => !isPending(target)).map(negativeProbe), slowly);
  }
}
