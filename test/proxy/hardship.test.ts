import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { ask, dial, dialPlain, echo, filesOf, friend, proxyTo, server, tcpServer } from '../support/proxy.js';
import { proxyProcess } from '../support/proxy-process.js';
import { freePort } from '../support/real-peer.js';
import { agentMain, runAgent } from '../support/run-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const prlimit = needs('/usr/bin/prlimit', 'util-linux');

t.test('a limit of file descriptors below what max-connections needs is reported in one line', async (t) => {
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const proxy = await proxyProcess(t, target, 'ulimit -n 400;', ['--max-connections', '300']);
  await proxy.port();
  t.equal(proxy.output().match(/"limit":400,"needed":600,"hint":"raise LimitNOFILE/g)?.length, 1);
  const enough = await proxyProcess(t, target, 'ulimit -n 400;', ['--max-connections', '100']);
  await enough.port();
  t.notMatch(enough.output(), 'max-connections');
  for (let limit = 24; limit > 18; limit--) {
    const few = await proxyProcess(t, target, `ulimit -n ${limit};`);
    await eventually(
      'it listens or ended',
      () => few.child.exitCode !== null || few.child.signalCode !== null || /"address"/.test(few.output()),
    );
    // Below that Node itself does not start.
    t.notMatch(few.output(), /internal error/, `${limit} of them`);
    few.child.kill('SIGKILL');
  }
});

t.test('without file descriptors the proxy goes on, and serves again when there are some', prlimit, async (t) => {
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const proxy = await proxyProcess(t, target, '', ['--handshake-timeout', '30s']);
  const port = await proxy.port();
  // Not from the start: to load its modules Node has more files open at once.
  execFileSync('prlimit', ['--pid', String(proxy.child.pid), '--nofile=110']);
  const many: Socket[] = [];
  for (let index = 0; index < 160; index++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => socket.destroy());
    many.push(socket);
  }
  await eventually('the shortage is logged', async () => /nearly out of file descriptors/.test(proxy.output()));
  for (const socket of many) {
    socket.destroy();
  }
  await eventually('a good client is served', async () => {
    const socket = await dial(port, friend).catch(() => undefined);
    const answer = socket === undefined ? undefined : await ask(socket, 'hello');
    socket?.destroy();
    return answer === 'hello';
  });
  await eventually('its end is logged', async () => /enough file descriptors again/.test(proxy.output()));
  t.equal(proxy.child.exitCode, null, 'the process runs');
});

t.test(
  'a killed target: its connections end, the next ones are closed, and after its restart it serves again',
  async (t) => {
    const script =
      'const s=require("net").createServer((c)=>{c.on("error",()=>0);c.pipe(c)});s.listen(Number(process.argv[1]),"127.0.0.1",()=>console.log(s.address().port))';
    const start = async (port: number) => {
      const child = spawn(process.execPath, ['-e', script, String(port)]);
      t.teardown(() => child.kill('SIGKILL'));
      const [line] = await once(child.stdout, 'data');
      return { child, port: Number(String(line)) };
    };
    const first = await start(await freePort());
    const { port } = await proxyTo(t, [first.port]);
    const socket = await dial(port, friend);
    t.equal(await ask(socket, 'a'), 'a');
    first.child.kill('SIGKILL');
    await new Promise<void>((resolve) => {
      socket.once('error', () => resolve());
      socket.once('close', () => resolve());
      socket.resume();
    });
    t.equal(await ask(await dial(port, friend), 'b'), undefined, 'down');
    await start(first.port);
    const again = await dial(port, friend);
    t.equal(await ask(again, 'c'), 'c', 'and back');
    again.destroy();
  },
);

t.test(
  'SIGTERM under load: transfers finish and the exit status is 0; one that never ends is closed, and it is 1',
  async (t) => {
    const target = `127.0.0.1:${await tcpServer(t, echo)}`;
    const proxy = await proxyProcess(t, target, '', ['--drain-timeout', '1h']);
    const port = await proxy.port();
    const sockets = await Promise.all(Array.from({ length: 5 }, () => dial(port, friend)));
    for (const socket of sockets) {
      t.equal(await ask(socket, 'x'), 'x');
    }
    proxy.child.kill('SIGTERM');
    await eventually('new connections are not accepted', async () => {
      const rejected = await dialPlain(port).then(
        (one) => !one.destroy(),
        () => true,
      );
      return rejected;
    });
    for (const socket of sockets) {
      t.equal(await ask(socket, 'y'), 'y', 'still served');
      socket.end();
    }
    t.strictSame(await once(proxy.child, 'exit'), [0, null]);

    const stuck = await proxyProcess(t, target, '', ['--drain-timeout', '300ms']);
    const held = await dial(await stuck.port(), friend);
    held.on('error', () => held.destroy());
    t.equal(await ask(held, 'x'), 'x');
    stuck.child.kill('SIGTERM');
    t.strictSame(await once(stuck.child, 'exit'), [1, null]);
  },
);

t.test('a client that closes before its handshake holds no connection', async (t) => {
  const { port, running } = await proxyTo(t, [await tcpServer(t, echo)], { handshakeTimeout: 60_000 });
  const ways: Record<string, (socket: Socket) => unknown> = {
    closes: (socket) => socket.destroy(),
    'ends its half': (socket) => socket.end(),
    resets: (socket) => socket.resetAndDestroy(),
    'ends in the middle of its ClientHello': (socket) => socket.end(Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 196])),
  };
  for (const [way, leave] of Object.entries(ways)) {
    const socket = await dialPlain(port);
    socket.on('error', () => socket.destroy());
    socket.resume();
    await eventually(`${way}: accepted`, async () => running.listeners[0]?.connections() === 1);
    leave(socket);
    await eventually(`${way}: closed`, async () => running.listeners[0]?.connections() === 0);
    t.pass(way);
  }
});

t.test('six hundred short connections: none is held afterwards', async (t) => {
  const { port, running, metric } = await proxyTo(t, [await tcpServer(t, echo)]);
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        const socket = await dial(port, friend);
        socket.on('error', () => socket.destroy());
        await ask(socket, 'x');
        socket.end();
        socket.resume();
        await new Promise((resolve) => socket.once('close', resolve));
      }),
    );
  }
  await eventually('none is held', async () => running.listeners[0]?.connections() === 0);
  t.equal(await metric('connections_total', 'test'), 600);
  await eventually('none is counted as open', async () => (await metric('connections_open', 'test')) === 0);
  t.equal(await metric('bytes_total', 'sent'), 600);
});

t.test('oversized records and a broken handshake are rejected in time', async (t) => {
  const { port, metric } = await proxyTo(t, [await tcpServer(t, echo)], { handshakeTimeout: 3_000 });
  for (const bytes of [
    Buffer.from([22, 3, 1, 255, 255, ...Buffer.alloc(70_000)]),
    Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255]),
    Buffer.from([128, 46, 1, 0, 2]),
  ]) {
    const socket = await dialPlain(port);
    socket.on('error', () => socket.destroy());
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.resume();
    socket.on('end', () => socket.destroy());
    socket.write(bytes);
    await closed;
  }
  t.equal(
    (await metric('rejections_total', 'handshake-failed')) + (await metric('rejections_total', 'handshake-timeout')),
    3,
  );
});

/** Binds a socket and becomes the command, with the socket as descriptor 3, as systemd does. */
const activate = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='front')
os.execvp(sys.argv[2], sys.argv[2:])
`;

t.test(
  'a socket that systemd passes is found by its name, and its path stays when the proxy ends',
  needs('/usr/bin/python3', 'python3'),
  async (t) => {
    const path = join(temporaryDirectory(t), 'front.sock');
    const { ca, cert, key } = filesOf(t, server);
    const target = `127.0.0.1:${await tcpServer(t, echo)}`;
    const flags = ['proxy', '--mode', 'terminate', '--target', target, '--allow-cn', 'friend'];
    const agent = ['--cacert', ca, '--cert', cert, '--key', key];
    const args = ['-c', activate, path, process.execPath, agentMain, ...flags, ...agent, '--listen', 'systemd:front'];
    const child = spawn('/usr/bin/python3', args);
    t.teardown(() => child.kill('SIGKILL'));
    let output = '';
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    await eventually('it listens', async () => /"address":"systemd:front"/.test(output));
    const socket = await dial(0, friend, { path, port: undefined, servername: 'localhost' } as object);
    t.equal(await ask(socket, 'x'), 'x');
    socket.end();
    child.kill('SIGTERM');
    t.strictSame(await once(child, 'exit'), [0, null]);
    t.ok(existsSync(path), 'the path belongs to systemd');
    const other = await runAgent(...flags, ...agent, '--listen', 'systemd:back');
    t.match(other, { status: 2, stderr: /systemd passed no socket called back/ });
  },
);
