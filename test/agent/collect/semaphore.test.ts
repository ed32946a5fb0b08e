import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { Semaphore } from '../../../agent/collect/semaphore.js';

const { signal } = new AbortController();

/** A task that runs until it is told to end. */
function task(order: string[], name: string) {
  const stop = new EventEmitter();
  const run = async () => {
    order.push(name);
    await once(stop, 'end');
  };
  return { run, end: () => stop.emit('end') };
}

t.test('so many tasks run at once, and those that wait begin in their order', async (t) => {
  const order: string[] = [];
  const semaphore = new Semaphore(2);
  const tasks = ['a', 'b', 'c', 'd'].map((name) => task(order, name));
  const runs = tasks.map(({ run }) => semaphore.run(run, signal));
  await turn();
  t.strictSame(order, ['a', 'b']);
  t.equal(semaphore.waiting, 2);
  tasks[1]?.end();
  await runs[1];
  await turn();
  t.strictSame(order, ['a', 'b', 'c']);
  tasks[0]?.end();
  await runs[0];
  await turn();
  t.strictSame(order, ['a', 'b', 'c', 'd']);
  for (const { end } of tasks) {
    end();
  }
  await Promise.all(runs);
  t.ok(semaphore.idle);
});

t.test('a wait ends with its signal, and the task never begins', async (t) => {
  const order: string[] = [];
  const semaphore = new Semaphore(1);
  const first = task(order, 'a');
  const running = semaphore.run(first.run, signal);
  await turn();
  const stop = new AbortController();
  const waiting = semaphore.run(task(order, 'b').run, stop.signal);
  stop.abort(new Error('enough'));
  await t.rejects(waiting, { message: 'enough' });
  await t.rejects(semaphore.run(task(order, 'c').run, stop.signal), { message: 'enough' }, 'nor after that');
  first.end();
  await running;
  t.strictSame(order, ['a']);
  t.ok(semaphore.idle);
});

t.test('a task that fails frees its slot', async (t) => {
  const semaphore = new Semaphore(1);
  await t.rejects(
    semaphore.run(() => Promise.reject(new Error('broken')), signal),
    { message: 'broken' },
  );
  t.equal(await semaphore.run(async () => 'next', signal), 'next');
});
