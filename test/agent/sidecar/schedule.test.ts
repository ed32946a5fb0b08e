import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import pLimit from 'p-limit';
import t, { type Test } from 'tap';
import { type ScheduleOptions, scheduleAll } from '../../../agent/sidecar/schedule.js';

/** How often each of two tasks ran, after so many milliseconds. */
function scheduled(t: Test, options: Partial<ScheduleOptions>) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const stop = new AbortController();
  const runs = [0, 0];
  const tasks = runs.map((_, at) => async () => {
    runs[at] = (runs[at] ?? 0) + 1;
  });
  // Half of what is spread, and no jitter.
  const random = () => 0.5;
  scheduleAll(tasks, { interval: 1_000, limit: pLimit(1), signal: stop.signal, random, ...options });
  const after = async (milliseconds: number) => {
    mock.timers.tick(milliseconds);
    await turn();
    return [...runs];
  };
  return { after, stop };
}

t.test('first runs are spread over one interval, and each next one is an interval after the last', async (t) => {
  const { after, stop } = scheduled(t, {});
  t.strictSame(await after(499), [0, 0]);
  t.strictSame(await after(1), [1, 1]);
  t.strictSame(await after(999), [1, 1]);
  t.strictSame(await after(1), [2, 2]);
  stop.abort();
  t.strictSame(await after(10_000), [2, 2], 'until it is stopped');
});

t.test('first runs may be spread over less than an interval', async (t) => {
  const { after } = scheduled(t, { first: 100 });
  t.strictSame(await after(50), [1, 1]);
  t.strictSame(await after(999), [1, 1]);
  t.strictSame(await after(1), [2, 2]);
});
