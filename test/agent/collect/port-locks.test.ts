import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { PortLocks } from '../../../agent/collect/port-locks.js';

const { signal } = new AbortController();

t.test('connections to one address take turns, those to others do not wait for them', async (t) => {
  const locks = new PortLocks();
  let open = 0;
  let most = 0;
  const connect = async () => {
    open++;
    most = Math.max(most, open);
    await turn();
    open--;
  };
  await Promise.all(['a', 'A', 'a'].map((host) => locks.run({ host, port: 1 }, signal, connect)));
  t.equal(most, 1, 'a host name is the same in capitals');
  const loopback = ['localhost', '127.0.0.1', '::1', 'LOCALHOST.', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '127.1'];
  await Promise.all(loopback.map((host) => locks.run({ host, port: 1 }, signal, connect)));
  t.equal(most, 1, 'the spellings of one address are the same');
  await Promise.all([1, 2].map((port) => locks.run({ host: 'a', port }, signal, connect)));
  t.equal(most, 2);
});

t.test('the lock is free again after a connection that failed, or a wait that was aborted', async (t) => {
  const locks = new PortLocks();
  const address = { host: '::1', port: 1 };
  const failing = locks.run(address, signal, async () => {
    await turn();
    throw new Error('broken');
  });
  const failed = t.rejects(failing, { message: 'broken' });
  const stop = new AbortController();
  const waiting = locks.run(address, stop.signal, async () => t.fail('begins all the same'));
  stop.abort();
  await t.rejects(waiting, { name: 'AbortError' });
  await failed;
  t.equal(await locks.run(address, signal, async () => 'connected'), 'connected');
});
