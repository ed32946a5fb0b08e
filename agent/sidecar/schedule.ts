import type { LimitFunction } from 'p-limit';

export interface ScheduleOptions {
  /** Milliseconds between the start of two runs of one task, on average. */
  readonly interval: number;
  /** Milliseconds over which the first runs are spread; one interval if not told. */
  readonly first?: number;
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
  /** 0 to 1; injected so that tests know the jitter. */
  readonly random?: () => number;
}

/** A tenth to either side: agents started together do not stay together. */
const jitterShare = 0.1;

/**
 * Runs each task again and again until aborted, first runs spread over an interval. A task never overlaps itself,
 * and all of them share one limit. Timers are monotonic, so a clock that jumps moves nothing.
 */
export function scheduleAll(tasks: readonly (() => Promise<void>)[], options: ScheduleOptions): void {
  const random = options.random ?? Math.random;
  const { signal, limit, interval, first = interval } = options;
  const waiting = new Set<NodeJS.Timeout>();
  // One listener for all: those of a signal are a list, which each of ten thousand would be looked for in.
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
