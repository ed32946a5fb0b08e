import type { LimitFunction } from 'p-limit';

export interface ScheduleOptions {
  /** Milliseconds from the end of a task's run to the start of its next one, on average. */
  readonly interval: number;
  /** Milliseconds over which the first runs are spread; one interval by default. */
  readonly first?: number;
  /** Of the tasks that run at once. */
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
  /** A number from 0 to 1; injected so that tests control the jitter. */
  readonly random?: () => number;
}

/** A tenth to either side, so that agents started together drift apart. */
const jitterShare = 0.1;

/**
 * Runs each task repeatedly until aborted, the first runs spread over an interval. A task never overlaps itself, and all tasks
 * share one limit. Timers are monotonic: a change of the system clock has no effect.
 */
export function scheduleAll(tasks: readonly (() => Promise<void>)[], options: ScheduleOptions): void {
  const random = options.random ?? Math.random;
  const { signal, limit, interval, first = interval } = options;
  const waiting = new Set<NodeJS.Timeout>();
  // One listener for all timers: removing one of ten thousand from a signal would search a list.
  signal.addEventListener('abort', () => waiting.forEach(clearTimeout), { once: true });
  const plan = (task: () => Promise<void>, delay: number): void => {
    if (signal.aborted) {
      return;
    }
    const timer = setTimeout(() => {
      waiting.delete(timer);
      limit(task).finally(() => plan(task, interval * (1 - jitterShare + 2 * jitterShare * random())));
    }, delay);
    waiting.add(timer);
  };
  for (const task of tasks) {
    plan(task, first * random());
  }
}
