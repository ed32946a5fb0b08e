import { createServer, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { readServerHandshake } from '../../probes/server-handshake.js';
import { ServerMessages } from '../../probes/server-messages.js';
import { withoutConnection } from '../../probes/unreachable.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

const authority = await Authority.create({ commonName: 'Hello CA' });
const other = await Authority.create({ commonName: 'Other CA' });
const pair = await authority.issue({ commonName: 'server', dns: ['localhost'], ip: ['127.0.0.1'] });
const keys = { cert: pair.certificatePem, key: pair.keyPem };
const derOf = (pem: string) => readCertificate(pem).subjectDer;

const ask = (port: number, timeout = patience) =>
  readServerHandshake({ host: '127.0.0.1', port, alpn: ['http/1.1'] }, { timeout });

t.test('a port that requests certificates names its CAs; one that does not sends no CertificateRequest', async (t) => {
  const ca = authority.certificatePem + other.certificatePem;
  const asking = await ask(await listening(t, createTls({ ...keys, ca, requestCert: true })));
  t.match(asking, { outcome: 'read', requestsCertificate: true });
  t.strictSame([...asking.authorities].sort(), [authority, other].map((one) => derOf(one.certificatePem)).sort());
  t.equal(asking.chain[0]?.commonNames[0], 'server');
  const open = await ask(await listening(t, createTls(keys)));
  t.match(open, { outcome: 'read', requestsCertificate: false, authorities: [] });
});

t.test('the protocol that the server chooses by ALPN, or that it chooses none', async (t) => {
  const of = async (ALPNProtocols: string[] | undefined, ...alpn: readonly string[]) => {
    const port = await listening(t, createTls({ ...keys, ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }) }));
    return (await readServerHandshake({ host: '127.0.0.1', port, alpn }, { timeout: patience })).alpn;
  };
  t.equal(await of(['http/1.1', 'h2'], 'h2'), 'h2');
  t.equal(await of(['http/1.1', 'h2'], 'h2', 'http/1.1'), 'http/1.1');
  t.equal(await of(undefined, 'h2'), 'none');
  t.equal(await of(['http/1.1'], 'h2'), 'none', 'by an alert');
  t.equal(await of(['h2']), 'none', 'none was offered');
  t.equal((await ask(1)).alpn, undefined);
});

t.test('what is no server handshake has its own outcome', async (t) => {
  const after = (act: (socket: Socket) => void) =>
    listening(
      t,
      createServer((socket) => socket.once('data', () => act(socket))),
    );
  const cases: readonly (readonly [string, number, string, RegExp])[] = [
    ['no listener', 1, 'unreachable', /^unreachable: connection refused/],
    ['silence', await listening(t, createServer()), 'timeout', /timeout/],
    ['plaintext', await after((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')), 'not-tls', /no TLS record/],
    ['TLS 1.3 only', await listening(t, createTls({ ...keys, minVersion: 'TLSv1.3' })), 'inconclusive', /alert 70/],
    ['a close', await after((socket) => socket.end()), 'inconclusive', /closed/],
    [
      'a message that lies of its length',
      await after((socket) => socket.write(Buffer.from('160303000c0b000008ffffffffffffffff', 'hex'))),
      'inconclusive',
      /malformed/,
    ],
    [
      'a record without end',
      await after((socket) => socket.write(Buffer.concat([Buffer.from([22, 3, 3, 255, 255]), Buffer.alloc(100)]))),
      'timeout',
      /timeout/,
    ],
  ];
  for (const [what, port, outcome, detail] of cases) {
    t.match(
      await ask(port, outcome === 'timeout' ? 300 : patience),
      { outcome, detail, requestsCertificate: undefined },
      what,
    );
  }
});

t.test('the plaintext request after a close has the time that is left, and an abort ends both', async (t) => {
  const timeout = 2_000;
  let connections = 0;
  const closing = createServer((socket) => {
    connections++;
    if (connections === 1) {
      setTimeout(() => socket.destroy(), 0.75 * timeout);
    }
  });
  const start = performance.now();
  t.match(await ask(await listening(t, closing), timeout), { outcome: 'inconclusive', detail: /closed|ECONNRESET/ });
  t.equal(connections, 2, 'it was asked in plaintext');
  t.ok(performance.now() - start < 1.5 * timeout, 'not for another timeout');

  const stop = new AbortController();
  const port = await listening(
    t,
    createServer(() => stop.abort()),
  );
  const options = { timeout: 10 * patience, signal: stop.signal };
  t.match(await readServerHandshake({ host: '127.0.0.1', port, alpn: [] }, options), { outcome: 'timeout' });
});

t.test('a shortage of this process says nothing of the port, and every code of a failed connect is one', async (t) => {
  const failed = (code: string) => Object.assign(new Error(code), { code });
  for (const code of ['ECONNREFUSED', 'ETIMEDOUT', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND']) {
    t.match(
      withoutConnection(failed(code), false),
      { outcome: 'unreachable', detail: /this is not a TLS rejection/ },
      code,
    );
    t.equal(withoutConnection(failed(code), true), undefined, `${code} on a connection`);
  }
  t.match(withoutConnection(failed('EMFILE'), false), { outcome: 'inconclusive', detail: /EMFILE/ });
});

t.test('whatever a server sends, reading it does not throw', async (t) => {
  let answer = Buffer.alloc(0);
  const port = await listening(
    t,
    createServer((socket) => socket.once('data', () => socket.end(answer))),
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (bytes, asRecord) => {
      const head = asRecord ? Buffer.from([22, 3, 3, 0, bytes.length]) : Buffer.alloc(0);
      answer = Buffer.concat([head, bytes]);
      await ask(port, 200);
    }),
    { numRuns: 40 },
  );
});

/** The CPU time of one piece of work, in milliseconds: unlike a clock it does not count what the machine does beside it. */
function busy(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

t.test('a long message in records of one byte, and records without end, cost what they weigh', async (t) => {
  const body = 900_000;
  const head = Buffer.from([11, body >> 16, (body >> 8) & 255, body & 255]);
  const records = (bytes: Buffer) => Buffer.concat([...bytes].map((byte) => Buffer.from([22, 3, 3, 0, 1, byte])));
  const messages = new ServerMessages();
  messages.take(records(head));
  const packet = Buffer.concat([Buffer.from([22, 3, 3, 0x3f, 0xff]), Buffer.alloc(0x3fff)]);
  for (let sent = 0; sent < 700_000; sent += 0x3fff) {
    t.equal(messages.take(packet), undefined);
  }
  const tiny = records(Buffer.alloc(10_000));
  t.ok(busy(() => messages.take(tiny)) < 400, 'copying the message for each record would take seconds');
  const empty = new ServerMessages();
  const ends = Array.from({ length: 30 }, () => empty.take(Buffer.alloc(50_000, Buffer.from([22, 3, 3, 0, 0]))));
  t.match(
    ends.find((end) => end !== undefined),
    { outcome: 'inconclusive', detail: 'too long' },
  );
});
