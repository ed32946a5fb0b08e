import { fork } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { WorkerFigures } from '../../../../agent/process/workers/figures.js';
import type { FromWorker } from '../../../../agent/process/workers/messages.js';
import { superviseWorkers } from '../../../../agent/process/workers/supervisor.js';
import { eventually } from '../../../support/eventually.js';

/** A script of support/ as it is run, by its path. */
const script = (name: string) => fileURLToPath(import.meta.resolve(`../../../support/${name}.js`));

/** Two workers that do what is said of them; those that are left go with the test. */
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
    figures: new WorkerFigures(),
    pairs: () => ({}),
    onListening: () => undefined,
  });
}

/** The exit status of two workers, of which the second is killed; all are told to stop once the third has said `kind`. */
async function statusOf(
  t: Test,
  kind: FromWorker['kind'],
  ...acts: readonly [string, string, string]
): Promise<number> {
  const heard: { readonly worker: Worker; readonly kind: FromWorker['kind'] }[] = [];
  const hear = (worker: Worker, message: FromWorker) => heard.push({ worker, kind: message.kind });
  cluster.on('message', hear);
  const controller = new AbortController();
  const status = superviseTwo(t, controller.signal, acts);
  await eventually('both listen', () => heard.filter((message) => message.kind === 'ready').length === 2);
  const before = new Set(heard.map(({ worker }) => worker));
  const [, second] = [...before].sort((one, other) => one.id - other.id);
  second?.process.kill('SIGKILL');
  await eventually(`the one started in its place has said that it is ${kind}`, () =>
    heard.some((message) => message.kind === kind && !before.has(message.worker)),
  );
  controller.abort();
  cluster.off('message', hear);
  return await status;
}

t.test('told to stop while one is started again: what becomes of that one does not count', async (t) => {
  t.equal(await statusOf(t, 'started', 'serves', 'serves', 'breaks-starting'), 0);
});

t.test('one that cut its connections off counts, be it the first or one that was started again', async (t) => {
  t.equal(await statusOf(t, 'ready', 'breaks-draining', 'serves', 'serves'), 1);
  t.equal(await statusOf(t, 'ready', 'serves', 'serves', 'breaks-draining'), 1);
});

t.test('told to stop before any was started: none is', async (t) => {
  const started = once(cluster, 'fork').then(() => 'one was started');
  t.equal(await Promise.race([superviseTwo(t, AbortSignal.abort(), ['serves']), started]), 0);
});

t.test('what is still to be told when the channel is closed ends no process', async (t) => {
  const worker = fork(script('left-worker'));
  t.strictSame(await once(worker, 'exit'), [0, null]);
});
