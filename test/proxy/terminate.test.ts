import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { issueBad } from '../../certs-dev/bad.js';
import { eventually } from '../support/eventually.js';
import { longChain } from '../support/odd-certificates.js';
import {
  ask,
  authority,
  closed,
  dial,
  dialPlain,
  echo,
  friend,
  nobody,
  proxyTo,
  readAll,
  tcpServer,
} from '../support/proxy.js';

// They wait for most of their time.
t.jobs = 4;

t.test(
  'a client on the allow-list is accepted, over both versions of TLS; all others are rejected, by reason',
  async (t) => {
    const { port, metric } = await proxyTo(t, [await tcpServer(t, echo)]);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const versions = { minVersion: version, maxVersion: version };
      const socket = await dial(port, friend, versions);
      t.equal(await ask(socket, 'hello'), 'hello', version);
      socket.destroy();
      const rejected = [
        nobody,
        undefined,
        await (await Authority.create()).issue({ commonName: 'friend' }),
        await issueBad(authority, 'expired', { commonName: 'friend' }),
        await issueBad(authority, 'serverAuthOnly', { commonName: 'friend' }),
        await longChain(authority, 2),
        await authority.issue({ commonName: 'friendly' }),
      ];
      for (const pair of rejected) {
        const answer = await dial(port, pair, versions).then(
          (one) => ask(one, 'hello'),
          () => undefined,
        );
        t.equal(answer, undefined, version);
      }
    }
    t.equal(await metric('rejections_total', 'not-authorized'), 4);
    t.equal(await metric('rejections_total', 'no-certificate'), 2);
    t.equal(await metric('rejections_total', 'invalid-certificate'), 8, 'among them a chain longer than its CAs allow');
  },
);

t.test('a client key of each usual algorithm is accepted, over both versions of TLS', async (t) => {
  const { port } = await proxyTo(t, [await tcpServer(t, echo)]);
  for (const algorithm of ['ec', 'ec521', 'rsa'] as const) {
    const pair = await authority.issue({ commonName: 'friend', algorithm });
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await dial(port, pair, { minVersion: version, maxVersion: version });
      t.equal(await ask(socket, 'hello'), 'hello', `${algorithm}, ${version}`);
      socket.destroy();
    }
  }
});

t.test(
  'authorization by SAN, by organizational unit, by any certificate of the CA; by the leaf, never by its issuers',
  async (t) => {
    const target = await tcpServer(t, echo);
    const service = await authority.issue({ commonName: 'x', dns: ['svc.example.com'], ip: ['10.0.0.7'] });
    const under = await (await authority.intermediate('friend')).issue({ commonName: 'leaf' });
    const chain = {
      ...under,
      certificatePem: under.certificatePem + (await authority.intermediate('friend')).certificatePem,
    };
    const accepts = async (access: Partial<typeof closed>, pair: typeof service) => {
      const { port } = await proxyTo(t, [target], { access: { ...closed, ...access } });
      return (
        (await dial(port, pair).then(
          (socket) => ask(socket, 'x'),
          () => undefined,
        )) === 'x'
      );
    };
    t.ok(await accepts({ subjectAltNames: ['svc.example.com'] as never }, service));
    t.ok(await accepts({ subjectAltNames: ['10.0.0.7'] as never }, service));
    t.notOk(await accepts({ subjectAltNames: ['example.com'] as never }, service), 'exactly');
    t.ok(await accepts({ all: true }, nobody));
    t.notOk(await accepts({ commonNames: ['friend'] as never }, chain), 'an intermediate of that name');
  },
);

t.test(
  'half-close: the target answers two seconds after the client ended, and all of the answer arrives',
  async (t) => {
    const target = await tcpServer(t, (socket) => {
      readAll(socket).then((bytes) =>
        setTimeout(() => socket.end(Buffer.concat([bytes, Buffer.alloc(1 << 20, 1)])), 2_000),
      );
    });
    const { port } = await proxyTo(t, [target]);
    const socket = await dial(port, friend, { allowHalfOpen: true } as object);
    socket.end('question');
    t.equal((await readAll(socket)).length, 8 + (1 << 20));
  },
);

t.test('the target ends first, and what the client still sends arrives', async (t) => {
  let received: Promise<Buffer> | undefined;
  const target = await tcpServer(t, (socket) => {
    received = readAll(socket);
    socket.end('bye');
  });
  const { port } = await proxyTo(t, [target]);
  const socket = await dial(port, friend, { allowHalfOpen: true } as object);
  t.equal(String(await readAll(socket)), 'bye');
  socket.end('after');
  await eventually('all is there', async () => String(await received) === 'after');
});

t.test('64 MiB each way at once, and one byte at a time: every byte, in order', async (t) => {
  const { port } = await proxyTo(t, [await tcpServer(t, echo)]);
  const socket = await dial(port, friend, { allowHalfOpen: true } as object);
  const block = randomBytes(1 << 20);
  const sent = createHash('sha256');
  const received = createHash('sha256');
  let length = 0;
  const reading = (async () => {
    for await (const chunk of socket) {
      received.update(chunk as Buffer);
      length += (chunk as Buffer).length;
    }
  })();
  for (let index = 0; index < 64; index++) {
    sent.update(block);
    if (!socket.write(block)) {
      await new Promise((resolve) => socket.once('drain', resolve));
    }
  }
  for (const byte of block.subarray(0, 4_096)) {
    const one = Buffer.from([byte]);
    sent.update(one);
    socket.write(one);
  }
  socket.end();
  await reading;
  t.equal(length, (64 << 20) + 4_096);
  t.equal(received.digest('hex'), sent.digest('hex'));
});

t.test('a reset from either side closes the other, and nothing is left open', async (t) => {
  const sockets: import('node:net').Socket[] = [];
  const target = await tcpServer(t, (socket) => {
    sockets.push(socket);
    socket.resume();
  });
  const { port, running, metric } = await proxyTo(t, [target]);
  for (let index = 0; index < 20; index++) {
    const raw = await dialPlain(port);
    raw.on('error', () => raw.destroy());
    const { certificatePem: cert, keyPem: key } = friend;
    const socket = tlsConnect({ socket: raw, servername: 'localhost', ca: authority.certificatePem, cert, key });
    socket.on('error', () => socket.destroy());
    socket.write('x');
    await eventually('the target has it', async () => sockets.length === index + 1);
    if (index % 2 === 0) {
      raw.resetAndDestroy();
    } else {
      sockets[index]?.resetAndDestroy();
    }
  }
  await eventually('all are closed', async () => running.listeners[0]?.connections() === 0);
  await eventually('and counted so', async () => (await metric('connections_open', 'test')) === 0);
});

t.test('silence, garbage and half a handshake: a good client is served meanwhile, the others are closed', async (t) => {
  const { port, running, metric } = await proxyTo(t, [await tcpServer(t, echo)], { handshakeTimeout: 6_000 });
  const silent = await Promise.all(Array.from({ length: 40 }, () => dialPlain(port)));
  const garbage = await Promise.all(Array.from({ length: 20 }, () => dialPlain(port)));
  for (const socket of [...silent, ...garbage]) {
    socket.on('error', () => socket.destroy());
    socket.resume();
  }
  for (const socket of garbage) {
    socket.write('GET / HTTP/1.1\r\n\r\n');
  }
  silent[0]?.write(Buffer.from([22, 3, 1, 2, 0, 1]));
  const good = await dial(port, friend);
  t.equal(await ask(good, 'hello'), 'hello');
  await eventually('only the good one is left', async () => running.listeners[0]?.connections() === 1);
  t.equal(await metric('rejections_total', 'handshake-timeout'), 40);
  t.equal(await metric('rejections_total', 'handshake-failed'), 20);
  good.destroy();
});

t.test('beyond the limit a client waits, gets the slot of one that closes, and is rejected in time', async (t) => {
  const limits = { maxConnections: 2, handshakeTimeout: 6_000 };
  const { port, metric, running } = await proxyTo(t, [await tcpServer(t, echo)], limits);
  const [one, two] = [await dial(port, friend), await dial(port, friend)];
  t.equal(await ask(one, 'a'), 'a');
  t.equal(await ask(two, 'b'), 'b');
  const third = dial(port, friend);
  third.catch(() => undefined);
  await eventually('it waits', () => running.listeners[0]?.connections() === 3);
  one.destroy();
  t.equal(await ask(await third, 'c'), 'c', 'it has the free slot');
  const fourth = await dial(port, friend).then(
    () => 'accepted',
    () => 'rejected',
  );
  t.equal(fourth, 'rejected');
  t.equal(await metric('rejections_total', 'connection-limit'), 1);
});

t.test('at the limit, a connection that holds a slot and sends nothing is closed for one that waits', async (t) => {
  const limits = { maxConnections: 3, handshakeTimeout: 3_600_000 };
  const { port, metric } = await proxyTo(t, [await tcpServer(t, echo)], limits);
  const good = await dial(port, friend);
  t.equal(await ask(good, 'a'), 'a');
  const silent = [await dialPlain(port), await dialPlain(port)];
  const gone = Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  for (const socket of silent) {
    socket.resume();
    socket.on('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
  }
  const late = [await dial(port, friend), await dial(port, friend)];
  for (const socket of [good, ...late]) {
    t.equal(await ask(socket, 'b'), 'b', 'served');
  }
  await gone;
  t.equal(await metric('rejections_total', 'connection-limit'), 2);
  t.equal(await metric('rejections_total', 'test'), 2, 'and nothing else is counted');
});

t.test('an idle connection is closed, an active one is not', async (t) => {
  const { port } = await proxyTo(t, [await tcpServer(t, echo)], { idleTimeout: 3_000 });
  const [idle, busy] = [await dial(port, friend), await dial(port, friend)];
  await ask(idle, 'x');
  const ended = new Promise((resolve) => idle.once('close', resolve));
  idle.resume();
  for (let index = 0; index < 10; index++) {
    t.equal(await ask(busy, 'y'), 'y');
    await pause(400);
  }
  await ended;
  t.equal(await ask(busy, 'z'), 'z');
});
