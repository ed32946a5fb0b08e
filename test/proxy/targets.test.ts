import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import { Registry } from 'prom-client';
import t from 'tap';
import { startProxy } from '../../proxy/proxy.js';
import { ProxyMetrics } from '../../proxy/proxy-metrics.js';
import { Targets } from '../../proxy/targets.js';
import { eventually, patience } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import {
  ask,
  authority,
  closed,
  dial,
  dialPlain,
  echo,
  filesOf,
  friend,
  mutualTlsServer,
  nobody,
  proxyTo,
  readAll,
  tcpServer,
} from '../support/proxy.js';
import { freePort } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// They wait for most of their time.
t.jobs = 4;

t.test('a target that is down: the client is closed; of two targets the next one is used', async (t) => {
  const alone = await proxyTo(t, [1]);
  t.equal(await ask(await dial(alone.port, friend), 'x'), undefined);
  t.equal(await alone.metric('rejections_total', 'target-unreachable'), 1);
  const two = await proxyTo(t, [1, await tcpServer(t, echo)]);
  for (const text of ['a', 'b']) {
    t.equal(await ask(await dial(two.port, friend), text), text);
  }
});

t.test('a target that is back is used again', async (t) => {
  const port = await freePort();
  const { port: front } = await proxyTo(t, [port]);
  t.equal(await ask(await dial(front, friend), 'x'), undefined, 'down');
  const back = createServer(echo);
  await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
  t.teardown(() => back.close());
  const socket = await dial(front, friend);
  t.equal(await ask(socket, 'x'), 'x', 'and back');
  socket.destroy();
});

t.test('originate: plaintext from the client, mutual TLS to the target, and only to the right one', async (t) => {
  const target = await mutualTlsServer(t, (socket) => {
    socket.write(`${socket.getPeerCertificate().subject?.CN}: `);
    socket.pipe(socket);
  });
  const through = async (more: object, files = filesOf(t, friend)) => {
    const access = { ...closed, all: true };
    const { port } = await proxyTo(t, [target], { mode: 'originate', targetTls: true, files, access, ...more });
    const socket = await dialPlain(port);
    socket.end('hello');
    return String(await readAll(socket).catch(() => ''));
  };
  t.equal(await through({}), 'friend: hello');
  t.equal(await through({ access: { ...closed, commonNames: ['server'] } }), 'friend: hello', 'verify-cn');
  t.equal(await through({ access: { ...closed, commonNames: ['other'] } }), '', 'another server');
  t.equal(await through({ serverName: 'elsewhere.example.com' }), '', 'another name');
  t.equal(
    await through(
      {},
      filesOf(t, friend, (await (await import('../../certs-dev/authority.js')).Authority.create()).certificatePem),
    ),
    '',
    'another CA',
  );
});

t.test('the certificate of each of several targets is verified for its own host', async (t) => {
  const named = await authority.issue({ commonName: 'server', dns: ['localhost'] });
  const target = await mutualTlsServer(t, (socket) => socket.end(`asked for ${socket.servername}`), named);
  const answerBy = async (...targets: readonly (readonly [host: string, port: number])[]) => {
    const { port } = await proxyTo(t, [], {
      mode: 'originate',
      targets: targets.map(([host, at]) => ({ kind: 'tcp', host, port: at })),
      files: filesOf(t, friend),
      access: { ...closed, all: true },
    });
    return String(await readAll(await dialPlain(port)).catch(() => ''));
  };
  t.equal(await answerBy(['127.0.0.1', 1], ['localhost', target]), 'asked for localhost');
  t.equal(
    await answerBy(['localhost', 1], ['127.0.0.1', target]),
    '',
    'the name of the other target is not valid for this one',
  );
});

t.test('a target that closes without a byte has a reason of its own, unless its client closed first', async (t) => {
  const target = await mutualTlsServer(t, (socket) => socket.once('data', () => socket.end()));
  const access = { ...closed, all: true };
  const files = filesOf(t, friend);
  const { port, metric } = await proxyTo(t, [target], { mode: 'originate', targetTls: true, files, access });
  const patient = await dialPlain(port);
  patient.write('hello');
  t.equal(String(await readAll(patient)), '');
  patient.end();
  await eventually('counted', async () => (await metric('rejections_total', 'target-closed')) === 1);
  const hasty = await dialPlain(port);
  hasty.end('hello');
  await readAll(hasty).catch(() => undefined);
  await eventually('both are over', async () => (await metric('connections_open', 'test')) === 0);
  t.equal(await metric('rejections_total', 'target-closed'), 1);
});

t.test('terminate with fresh mutual TLS to the target', async (t) => {
  const target = await mutualTlsServer(t, (socket) => socket.pipe(socket));
  const { port } = await proxyTo(t, [target], { targetTls: true });
  const socket = await dial(port, friend);
  t.equal(await ask(socket, 'both'), 'both');
  socket.destroy();
});

t.test('Unix sockets on either side; one in use is not replaced', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'front.sock');
  const back = join(directory, 'back.sock');
  const target = createServer(echo);
  await new Promise<void>((resolve) => target.listen(back, resolve));
  t.teardown(() => target.close());
  const settings = { listen: { kind: 'unix', path }, targets: [{ kind: 'unix', path: back }] } as const;
  const first = await proxyTo(t, [], settings);
  const socket = await dial(0, friend, { path, port: undefined, servername: 'localhost' } as object);
  t.equal(await ask(socket, 'x'), 'x');
  socket.destroy();
  await t.rejects(proxyTo(t, [], settings), { code: 'EADDRINUSE' }, 'in use');
  await first.running.drain(0);
  t.notOk(existsSync(path), 'removed at the end');
});

t.test('an address in use: none of the listeners stays', async (t) => {
  const { port: busy, settings } = await proxyTo(t, [1]);
  const free = await freePort();
  const metrics = new ProxyMetrics(new Registry());
  const listenAt = (port: number) => ({ ...settings, listen: { kind: 'tcp', host: '127.0.0.1', port } }) as const;
  await t.rejects(startProxy([listenAt(free), listenAt(busy)], metrics, pino({ level: 'silent' })), {
    code: 'EADDRINUSE',
  });
  await t.rejects(dialPlain(free), { code: 'ECONNREFUSED' });
});

t.test(
  'drain: no new connection is accepted, open ones finish, one that does not end is closed at the end',
  async (t) => {
    const { port, running } = await proxyTo(t, [await tcpServer(t, echo)]);
    const socket = await dial(port, friend);
    t.equal(await ask(socket, 'a'), 'a');
    const draining = running.drain(3_600_000);
    const late = await new Promise<string>((resolve) => {
      const one = connect(port, '127.0.0.1', () => resolve('connected'));
      one.once('error', (error) => resolve('code' in error ? String(error.code) : ''));
    });
    t.equal(late, 'ECONNREFUSED');
    t.equal(await ask(socket, 'b'), 'b', 'still served');
    socket.end();
    t.equal(await draining, true);

    const stuck = await proxyTo(t, [await tcpServer(t, echo)]);
    const held = await dial(stuck.port, friend);
    held.on('error', () => held.destroy());
    t.equal(await ask(held, 'a'), 'a');
    t.equal(await stuck.running.drain(200), false);
    await eventually('it is closed', async () => held.destroyed || held.closed);
  },
);

t.test('a client that is not authorized never reaches the target', async (t) => {
  let reached = 0;
  const { port } = await proxyTo(t, [
    await tcpServer(t, (socket) => {
      reached++;
      socket.end();
    }),
  ]);
  t.equal(await ask(await dial(port, nobody), 'x').catch(() => undefined), undefined);
  t.equal(reached, 0);
});

t.test(
  'a target that accepts connections and resets them: the client is closed each time, and none is left',
  async (t) => {
    const target = await tcpServer(t, (socket) => socket.resetAndDestroy());
    const { port, running } = await proxyTo(t, [target]);
    for (let round = 0; round < 10; round++) {
      const socket = await dial(port, friend);
      t.equal(await ask(socket, 'x'), undefined);
      socket.destroy();
    }
    await eventually('none is held', async () => running.listeners[0]?.connections() === 0);
  },
);

t.test('a target that resets a connection before it is joined ends no process', async (t) => {
  const accepted: Socket[] = [];
  const port = await tcpServer(t, (socket) => accepted.push(socket));
  const { socket } = await new Targets([{ kind: 'tcp', host: '127.0.0.1', port }], patience).connect();
  await eventually('the target has it', () => accepted.length === 1);
  accepted[0]?.resetAndDestroy();
  await eventually('it is closed', () => socket.closed);
  t.notOk(socket.writable);
});

t.test('a target that hangs in its handshake: the client is closed in time, with a reason of its own', async (t) => {
  const silent = await tcpServer(t, (socket) => socket.resume());
  const { port, metric } = await proxyTo(t, [silent], { targetTls: true, handshakeTimeout: 3_000 });
  t.equal(await ask(await dial(port, friend), 'x'), undefined);
  t.equal(await metric('rejections_total', 'target-handshake-failed'), 1);
});

t.test(
  'a target that does not accept the connection in time: the next one serves',
  needs('/usr/bin/python3', 'python3'),
  async (t) => {
    // A listener whose queue is full leaves those that follow without an answer.
    const script =
      'import socket,sys\ns=socket.create_server(("127.0.0.1",0),backlog=0)\nprint(s.getsockname()[1],flush=True)\nsys.stdin.read()';
    const child = spawn('/usr/bin/python3', ['-c', script]);
    t.teardown(() => child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    const full = Number(String(line));
    const filler = await dialPlain(full);
    const alone = await proxyTo(t, [full], { connectTimeout: 3_000 });
    t.equal(await ask(await dial(alone.port, friend), 'x'), undefined);
    t.equal(await alone.metric('rejections_total', 'target-unreachable'), 1);
    const two = await proxyTo(t, [full, await tcpServer(t, echo)], { connectTimeout: 3_000 });
    const socket = await dial(two.port, friend);
    t.equal(await ask(socket, 'x'), 'x');
    t.equal(await two.metric('rejections_total', 'target-unreachable'), 0, 'no client was rejected');
    socket.destroy();
    filler.destroy();
  },
);
