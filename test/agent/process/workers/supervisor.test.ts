import { fork } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import type { FromWorker } from '../../../../agent/process/workers/messages.js';
import { superviseWorkers } from '../../../../agent/process/workers/supervisor.js';
import { WorkerMetrics } from '../../../../agent/process/workers/worker-metrics.js';
import { eventually } from '../../../support/eventually.js';

/** The path of a script of support/ as it runs. */
const script = (name: string) => fileURLToPath(import.meta.resolve(`../../../support/${name}.js`));

/** Supervises two workers that act as the arguments say; those that are left are killed after the test. */
function superviseTwo(t: Test, signal: AbortSignal, acts: readonly string[]): Promise<number> {
  cluster.setupPrimary({ exec: script('scripted-worker'), args: [...acts] });
  t.teardown(() => {
    for (const worker of Object.values(cluster.workers ?? {})) {
      worker?.process.kill('SIGKILL');
    }
  });
  return superviseWorkers({
    count: 2,
    signal,
    logger: pino({ level: 'silent' }),
    metrics: new WorkerMetrics(),
    credentials: () => ({}),
    onListening: () => undefined,
  });
}

/** The result for two workers, the second of which is killed; all are stopped once the third has sent `kind`. */
async function statusOf(
  t: Test,
  kind: FromWorker['kind'],
  ...acts: readonly [string, string, string]
): Promise<number> {
  const received: { readonly worker: Worker; readonly kind: FromWorker['kind'] }[] = [];
  const receive = (worker: Worker, message: FromWorker) => received.push({ worker, kind: message.kind });
  cluster.on('message', receive);
  const controller = new AbortController();
  const status = superviseTwo(t, controller.signal, acts);
  await eventually('both listen', () => received.filter((message) => message.kind === 'ready').length === 2);
  const before = new Set(received.map(({ worker }) => worker));
  const [, second] = [...before].sort((one, other) => one.id - other.id);
  second?.process.kill('SIGKILL');
  await eventually(`the worker started in its place has sent ${kind}`, () =>
    received.some((message) => message.kind === kind && !before.has(message.worker)),
  );
  controller.abort();
  cluster.off('message', receive);
  return await status;
}

t.test('stopped while a worker is started again: the exit status of that worker does not count', async (t) => {
  t.equal(await statusOf(t, 'started', 'serves', 'serves', 'breaks-starting'), 0);
});

t.test(
  'the status of a worker that closed connections counts, whether it was there from the start or was started again',
  async (t) => {
    t.equal(await statusOf(t, 'ready', 'breaks-draining', 'serves', 'serves'), 1);
    t.equal(await statusOf(t, 'ready', 'serves', 'serves', 'breaks-draining'), 1);
  },
);

t.test('stopped before any worker was started: none is started', async (t) => {
  const started = once(cluster, 'fork').then(() => 'a worker was started');
  t.equal(await Promise.race([superviseTwo(t, AbortSignal.abort(), ['serves']), started]), 0);
});

t.test('a report after the channel was closed ends no process', async (t) => {
  const worker = fork(script('disconnected-worker'));
  t.strictSame(await once(worker, 'exit'), [0, null]);
});
