import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createSecureContext, createServer as createTls, type TLSSocket } from 'node:tls';
import t, { type Test } from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { Identity } from '../../probes/prober.js';
import { probeResumption } from '../../probes/resumption.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'server', dns: ['localhost'], ip: ['127.0.0.1'] });
const caller = await authority.issue({ commonName: 'caller' });
const agent: Identity = {
  name: 'agent',
  secureContext: createSecureContext({ cert: caller.certificatePem, key: caller.keyPem }),
};

/** A server that authorizes clients itself: by the certificate of this connection, or by that of the session. */
async function portThat(t: Test, options: object, accepts: (socket: TLSSocket) => boolean): Promise<number> {
  const server = createTls(
    {
      cert: pair.certificatePem,
      key: pair.keyPem,
      ca: authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
      ...options,
    },
    (socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () =>
        accepts(socket) ? socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n') : socket.destroy(),
      );
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

const ask = (port: number, identity: Identity = agent) =>
  probeResumption(
    { host: '127.0.0.1', port, alpn: [], probe: { protocol: 'http', path: '/', accept: 'any' } },
    identity,
    { timeout: patience },
  );

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(
    `${maxVersion}: a port that takes the session for the certificate, one that looks again, one without tickets`,
    async (t) => {
      const trusting = await portThat(t, { maxVersion }, (socket) => socket.authorized || socket.isSessionReused());
      t.match(await ask(trusting), { outcome: 'kept' });
      const careful = await portThat(t, { maxVersion }, (socket) => !socket.isSessionReused());
      t.match(await ask(careful), { outcome: 'ended' });
    },
  );
}

t.test('what does not come to a second visit is not known', async (t) => {
  const rejecting = await portThat(t, {}, () => false);
  t.match(await ask(rejecting), { outcome: 'unknown', detail: /first connection was not accepted/ });
  t.match(await ask(1), { outcome: 'unknown', detail: /connection refused/ });
});

t.test('a second connection that cannot be made is no rejection of the session', async (t) => {
  const server = createTls({ cert: pair.certificatePem, key: pair.keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      server.close();
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  const result = await ask(await listening(t, server));
  t.match(result, { outcome: 'unknown', detail: /second connection: unreachable: connection refused/ });
});

t.test('neither is one that is answered with an invalid handshake', async (t) => {
  let connections = 0;
  const port = await portThat(t, {}, () => true);
  const front = createServer((client) => {
    connections++;
    if (connections > 1) {
      client.end('nonsense');
      return;
    }
    const behind = connect({ host: '127.0.0.1', port });
    client
      .on('error', () => behind.destroy())
      .pipe(behind)
      .on('error', () => client.destroy())
      .pipe(client);
  });
  t.match(await ask(await listening(t, front)), {
    outcome: 'unknown',
    detail: /second connection: the agent ended the TLS handshake: ERR_SSL_/,
  });
});

t.test('an abort ends it without waiting for the timeout', async (t) => {
  const stop = new AbortController();
  const silent = createServer(() => stop.abort());
  const target = { host: '127.0.0.1', port: await listening(t, silent), alpn: [] };
  const timeout = 10 * patience;
  const result = await probeResumption(target, agent, { timeout, signal: stop.signal });
  t.match(result, { outcome: 'unknown', detail: /aborted/ });
  t.match(
    await probeResumption(target, agent, { timeout, signal: stop.signal }),
    { outcome: 'unknown' },
    'also before',
  );
});
