import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { ask, dial, dialPlain, echo, friend, tcpServer } from '../support/proxy.js';
import { proxyProcess } from '../support/proxy-process.js';

// Node has raised its own limit to what the process may have at most.
const descriptorLimit = Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);

t.test(
  'ten thousand silent connections: a good client is served meanwhile, the others are closed in time',
  { skip: descriptorLimit < 11_000 && `only ${descriptorLimit} descriptors: ulimit -n 11000` },
  async (t) => {
    const proxy = await proxyProcess(t, `127.0.0.1:${await tcpServer(t, echo)}`, '', [
      ...['--handshake-timeout', '30s', '--max-connections', '20000'],
    ]);
    const port = await proxy.port();
    const resident = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${proxy.child.pid}/status`, 'utf8'))?.[1]) / 1024;
    const descriptors = () => readdirSync(`/proc/${proxy.child.pid}/fd`).length;
    const [before, agent] = [resident(), descriptors()];
    const silent: Socket[] = [];
    while (silent.length < 10_000) {
      const some = await Promise.all(Array.from({ length: 250 }, () => dialPlain(port)));
      for (const socket of some) {
        socket.on('error', () => socket.destroy());
        socket.on('end', () => socket.end());
        silent.push(socket.resume());
      }
      // A connection that the kernel has not passed to the process would not see the close.
      await eventually(
        'they are accepted',
        () => descriptors() + silent.filter(({ closed }) => closed).length >= agent + silent.length,
      );
    }
    const good = await dial(port, friend);
    t.equal(await ask(good, 'hello'), 'hello');
    const grown = resident() - before;
    t.ok(grown < 1_000, `${Math.round(grown)} MiB for ten thousand`);
    await eventually('all are closed', async () => silent.every((socket) => socket.closed));
    t.equal(await ask(good, 'still'), 'still');
    good.destroy();
  },
);
