import t from 'tap';
import { Judging } from '../../agent/judging.js';
import { eventually } from '../support/eventually.js';

t.test('what is asked for in one turn, or while a judgement runs, is judged together', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const open: (() => void)[] = [];
  const judging = new Judging({
    judge: () => new Promise((resolve) => open.push(resolve)),
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  judging.request();
  judging.request();
  await eventually('a judgement', 1_000, () => open.length === 1);
  for (let count = 0; count < 100; count++) {
    judging.request();
  }
  open[0]?.();
  await eventually('a second one', 1_000, () => open.length === 2);
  open[1]?.();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.equal(open.length, 2);
});

t.test('a judgement that fails is told, and the next one takes place', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const told: unknown[] = [];
  let calls = 0;
  const judging = new Judging({
    judge: async () => {
      calls++;
      if (calls === 1) {
        throw new Error('broken check');
      }
    },
    onError: (error) => told.push(error),
    signal: stop.signal,
  });
  judging.request();
  await eventually('the failure is told', 1_000, () => told.length === 1);
  t.match(told, [{ message: 'broken check' }]);
  judging.request();
  await eventually('the next one', 1_000, () => calls === 2);
});

t.test('nothing is judged once it is over', async (t) => {
  const stop = new AbortController();
  let calls = 0;
  const judging = new Judging({
    judge: async () => {
      calls++;
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  judging.request();
  stop.abort();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.equal(calls, 0);
});

t.test('what is urgent waits for no share', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  let calls = 0;
  const judging = new Judging({
    judge: async () => {
      calls++;
      const end = performance.now() + 200;
      while (performance.now() < end) {
        // So much work that the next judgement would rest for nearly two seconds.
      }
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  judging.request();
  await eventually('a judgement', 1_000, () => calls === 1);
  judging.request('urgent');
  const waited = await eventually('the urgent one', 10_000, () => calls === 2);
  t.ok(waited < 1_500, `${waited} ms`);
});
