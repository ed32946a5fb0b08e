import t from 'tap';
import { Evaluation } from '../../../agent/sidecar/evaluation.js';
import { eventually } from '../../support/eventually.js';

t.test('requests of one turn, or of the time that an evaluation takes, are one evaluation', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const open: (() => void)[] = [];
  const evaluation = new Evaluation({
    evaluate: () => new Promise((resolve) => open.push(resolve)),
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  evaluation.request();
  evaluation.request();
  await eventually('an evaluation', () => open.length === 1);
  for (let count = 0; count < 100; count++) {
    evaluation.request();
  }
  open[0]?.();
  await eventually('a second one', () => open.length === 2);
  open[1]?.();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.equal(open.length, 2);
});

t.test('an evaluation that fails is reported, and does not prevent the next one', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const reported: unknown[] = [];
  let calls = 0;
  const evaluation = new Evaluation({
    evaluate: async () => {
      calls++;
      if (calls === 1) {
        throw new Error('broken check');
      }
    },
    onError: (error) => reported.push(error),
    signal: stop.signal,
  });
  evaluation.request();
  await eventually('the failure is reported', () => reported.length === 1);
  t.match(reported, [{ message: 'broken check' }]);
  evaluation.request();
  await eventually('the next one', () => calls === 2);
});

t.test('nothing is evaluated after the abort', async (t) => {
  const stop = new AbortController();
  let calls = 0;
  const evaluation = new Evaluation({
    evaluate: async () => {
      calls++;
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  evaluation.request();
  stop.abort();
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  t.equal(calls, 0);
});

t.test('an urgent request does not wait for the share of CPU time', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const order: string[] = [];
  const evaluationOf = (name: string) =>
    new Evaluation({
      evaluate: async () => {
        order.push(name);
        const start = process.cpuUsage();
        while (process.cpuUsage(start).user < 100_000) {
          // So much work that the next evaluation would wait for seconds.
        }
      },
      onError: (error) => t.fail(String(error)),
      signal: stop.signal,
    });
  const [usual, urgent] = [evaluationOf('usual'), evaluationOf('urgent')];
  usual.request();
  urgent.request();
  await eventually('an evaluation of each', () => order.length === 2);
  usual.request();
  urgent.request('urgent');
  await eventually('one more', () => order.length > 2);
  t.equal(order[2], 'urgent');
});

t.test('an urgent request during an evaluation does not wait either', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  let calls = 0;
  const evaluation = new Evaluation({
    evaluate: async () => {
      calls++;
      if (calls === 1) {
        evaluation.request('urgent');
      }
      const start = process.cpuUsage();
      while (process.cpuUsage(start).user < 400_000) {
        // So much work that the next evaluation would wait for nearly twenty seconds.
      }
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  evaluation.request();
  await eventually('the urgent one', () => calls === 2);
  t.equal(calls, 2);
});

t.test('what else the process does during an evaluation does not make the pause after it longer', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  let calls = 0;
  const evaluation = new Evaluation({
    evaluate: async (turn) => {
      calls++;
      // The work of a burst of probes, 49 times which would be half a minute.
      setImmediate(() => busyFor(600));
      await turn();
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
  });
  evaluation.request();
  await eventually('an evaluation', () => calls === 1);
  evaluation.request();
  const waited = await eventually('the next one', () => calls === 2);
  t.ok(waited < 10_000, `${waited} ms`);
});

t.test('however much an evaluation costs, the pause after it has an upper bound', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  let calls = 0;
  const evaluation = new Evaluation({
    evaluate: async () => {
      calls++;
      busyFor(600);
    },
    onError: (error) => t.fail(String(error)),
    signal: stop.signal,
    longestPause: 100,
  });
  evaluation.request();
  await eventually('an evaluation', () => calls === 1);
  evaluation.request();
  const waited = await eventually('the next one', () => calls === 2);
  t.ok(waited < 10_000, `${waited} ms`);
});

t.test('an evaluation that does not end, or fails each time, is stuck; a slow one is not', async (t) => {
  const stop = new AbortController();
  t.teardown(() => stop.abort());
  let clock = 0;
  let evaluate: () => Promise<void> = async () => undefined;
  const evaluation = new Evaluation({
    evaluate: () => evaluate(),
    onError: () => undefined,
    signal: stop.signal,
    now: () => clock,
  });
  const evaluated = async (how: () => Promise<void>, urgency?: 'urgent') => {
    let begun = false;
    evaluate = () => {
      begun = true;
      return how();
    };
    evaluation.request(urgency);
    await eventually('it begins', () => begun);
  };
  await evaluated(async () => undefined);
  await eventually('the request is answered', () => {
    clock += 1_000_000;
    return !evaluation.isStuck();
  });
  let end: () => void = () => undefined;
  await evaluated(
    () =>
      new Promise((resolve) => {
        end = resolve;
      }),
    'urgent',
  );
  clock += 100_000;
  t.notOk(evaluation.isStuck());
  clock += 100_000;
  t.ok(evaluation.isStuck());
  end();
  await eventually('its end', () => !evaluation.isStuck());
  await evaluated(() => Promise.reject(new Error('broken')), 'urgent');
  clock += 100_000;
  evaluation.request('urgent');
  clock += 100_000;
  t.ok(evaluation.isStuck(), 'one that fails answers nothing');
});

function busyFor(milliseconds: number): void {
  const start = performance.now();
  while (performance.now() - start < milliseconds) {
    // Blocks the event loop.
  }
}
