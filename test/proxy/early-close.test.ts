import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { authority, dial, dialPlain, friend, mutualTlsServer, proxyTo, readAll, tcpServer } from '../support/proxy.js';

/** Ways to leave right after the handshake, without a byte of application data. */
const ways: Readonly<Record<string, (tcp: Socket, tls: TLSSocket) => unknown>> = {
  'close_notify, then FIN': (_tcp, tls) => tls.end(),
  'FIN without close_notify': (tcp) => tcp.end(),
  'close of both directions': (_tcp, tls) => tls.destroy(),
  RST: (tcp) => tcp.resetAndDestroy(),
};

const settings = { 'a plain target': { targetTls: false }, 'a TLS target': { targetTls: true } } as const;

/** A target that sends nothing, and ends when its client has ended. */
async function silentTarget(t: Test, targetTls: boolean): Promise<number> {
  const serve = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('end', () => socket.end());
    socket.resume();
  };
  return await (targetTls ? mutualTlsServer(t, serve) : tcpServer(t, serve));
}

/** Resolves when the client's handshake is complete, before the proxy has read its last flight. */
async function handshake(port: number): Promise<{ readonly tcp: Socket; readonly tls: TLSSocket }> {
  const tcp = await dialPlain(port);
  tcp.on('error', () => undefined);
  const { certificatePem: cert, keyPem: key } = friend;
  const tls = tlsConnect({ socket: tcp, servername: 'localhost', ca: authority.certificatePem, cert, key });
  tls.on('error', () => undefined);
  await new Promise((resolve) => tls.once('secureConnect', resolve));
  return { tcp, tls };
}

t.test('a client that left, of a target that never ends: the connection is closed at idle-timeout', async (t) => {
  const target = await tcpServer(t, (socket) => socket.on('error', () => socket.destroy()).resume());
  const { running, port, metric } = await proxyTo(t, [target], { idleTimeout: 300 });
  const { tls } = await handshake(port);
  tls.end();
  await eventually('it was accepted', async () => (await metric('connections_total', 'test')) === 1);
  await eventually('no connection is held', () => running.listeners[0]?.connections() === 0);
  t.equal(await metric('connections_open', 'test'), 0);
});

t.test('a connection that is never idle is closed at max-lifetime', async (t) => {
  const target = await tcpServer(t, (socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  const { running, port } = await proxyTo(t, [target], { idleTimeout: 300_000, maxLifetime: 500 });
  const client = await dial(port, friend);
  client.on('error', () => undefined);
  client.on('data', (bytes) => client.write(bytes));
  client.write('x');
  const start = performance.now();
  await new Promise((resolve) => client.once('close', resolve));
  t.ok(performance.now() - start > 300);
  await eventually('no connection is held', () => running.listeners[0]?.connections() === 0);
});

const keepalive = needs('/usr/bin/ss', 'iproute2');

t.test('both connections have TCP keepalive: a peer that is gone without a reset is found', keepalive, async (t) => {
  const target = await silentTarget(t, false);
  const { port, metric } = await proxyTo(t, [target]);
  await handshake(port);
  await eventually('joined', async () => (await metric('connections_open', 'test')) === 1);
  for (const filter of [`sport = :${port}`, `dport = :${target}`]) {
    // Until the last bytes are acknowledged the timer is that of their retransmission.
    await eventually(filter, async () => {
      const { stdout } = await promisify(execFile)('ss', ['-Htno', 'state', 'established', filter]);
      return /timer:\(keepalive/.test(stdout);
    });
  }
});

for (const [what, more] of Object.entries(settings)) {
  for (const [way, leave] of Object.entries(ways)) {
    t.test(`${way} right after the handshake, ${what}: no connection and no slot is held`, async (t) => {
      const target = await silentTarget(t, more.targetTls);
      const { port, running, metric } = await proxyTo(t, [target], more);
      for (let round = 0; round < 5; round++) {
        const { tcp, tls } = await handshake(port);
        leave(tcp, tls);
      }
      await eventually('all five were accepted', async () => (await metric('connections_total', 'test')) === 5);
      await eventually('no connection is held', () => running.listeners[0]?.connections() === 0);
      t.equal(await metric('connections_open', 'test'), 0);
    });
  }

  t.test(
    `a client's half-close right after the handshake reaches ${what}, and the answer reaches the client`,
    async (t) => {
      const answer = (socket: Socket) => readAll(socket).then(() => socket.end('answer'));
      const target = more.targetTls ? await mutualTlsServer(t, answer) : await tcpServer(t, answer);
      const { port } = await proxyTo(t, [target], more);
      const { tls } = await handshake(port);
      tls.allowHalfOpen = true;
      tls.end();
      t.equal(String(await readAll(tls)), 'answer');
    },
  );
}
