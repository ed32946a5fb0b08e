import type { Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import t, { type Test } from 'tap';
import { eventually } from '../support/eventually.js';
import { authority, dialPlain, friend, mutualTlsServer, proxyTo, readAll, tcpServer } from '../support/proxy.js';

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
