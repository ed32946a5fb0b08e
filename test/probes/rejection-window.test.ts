import { EventEmitter } from 'node:events';
import { connect, createServer as createRelay } from 'node:net';
import { mock } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext, createServer } from 'node:tls';
import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { probeHttp } from '../../probes/http-probe.js';
import { rejectionWindow } from '../../probes/rejection-window.js';
import { emptyHandshakeInfo, type TlsConnection } from '../../probes/tls-connection.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

const authority = await Authority.create();
const names = { commonName: 'TiDB-Server', ip: ['127.0.0.1'] };
const server = await authority.issue(names);
const foreign = await (await Authority.create()).issue(names);

function unauthorizedClient({ certificatePem: cert, keyPem: key }: Issued) {
  const secureContext = createSecureContext({ cert, key, minVersion: 'TLSv1.3' });
  return { name: 'foreign-ca', secureContext, verifiesServer: false } as const;
}

/** A busy server that verifies the client certificate late; counts what the client sends after that certificate. */
async function lateVerification(t: Tap, milliseconds: number) {
  const secrets = { cert: server.certificatePem, key: server.keyPem, ca: authority.certificatePem };
  const behind = await listening(t, createServer({ ...secrets, requestCert: true }));
  let said = 0;
  const relay = createRelay((caller) => {
    const onwards = connect(behind, '127.0.0.1');
    onwards.pipe(caller);
    onwards.on('error', () => caller.destroy());
    caller.once('data', (serverHandshake) => {
      onwards.write(serverHandshake);
      caller.once('data', (certificate) => {
        caller.on('data', () => {
          said += 1;
        });
        void pause(milliseconds, undefined, { ref: false }).then(() => onwards.write(certificate));
      });
    });
  });
  return { port: await listening(t, relay), saidMeanwhile: () => said };
}
type Tap = Parameters<typeof listening>[0];

t.test(
  'an unauthorized client sends no request while a slow server verifies it, so that the alert cannot get lost',
  async (t) => {
    const { port, saidMeanwhile } = await lateVerification(t, 300);
    const target = { host: '127.0.0.1', port, alpn: [] };
    const observation = await probeHttp(target, unauthorizedClient(foreign), { timeout: patience });
    t.match(observation, { outcome: 'rejected', rejection: { by: 'close' }, tlsVersion: 'TLSv1.3' });
    t.equal(saidMeanwhile(), 0);
  },
);

t.test('it waits no longer than half of its time: a server that stays silent is asked', async (t) => {
  const { port, saidMeanwhile } = await lateVerification(t, patience);
  const target = { host: '127.0.0.1', port, alpn: [] };
  const observation = await probeHttp(target, unauthorizedClient(foreign), { timeout: 400 });
  t.match(observation, { outcome: 'timeout' });
  t.equal(saidMeanwhile(), 1);
});

t.test("the server's ticket ends the wait, and nothing is left behind on the socket", async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const socket = new EventEmitter();
  const connection = { socket, firstError: () => undefined } as unknown as TlsConnection;
  const info = { ...emptyHandshakeInfo(), tlsVersion: 'TLSv1.3' as const };
  const waited = rejectionWindow(connection, { info, isUnauthorizedClient: true, timeout: patience });
  socket.emit('session');
  await waited;
  t.strictSame(socket.eventNames(), []);
});
