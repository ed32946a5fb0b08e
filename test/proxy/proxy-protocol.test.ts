import { connect as tlsConnect } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import type { AccessRules } from '../../proxy/access.js';
import { decodeProxyHeader, encodeProxyHeader } from '../../proxy/proxy-protocol.js';
import { eventually } from '../support/eventually.js';
import { ask, authority, closed, dial, dialPlain, echo, friend, proxyTo, tcpServer } from '../support/proxy.js';

t.test('what is encoded is decoded again', async () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6());
  const port = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(host, port, fc.boolean(), (address, number, tls) => {
      const header = encodeProxyHeader({
        source: { host: address, port: number },
        destination: { host: address, port: 1 },
        ...(tls ? { tls: { version: 'TLSv1.3', commonName: 'friend', verified: true } } : {}),
      });
      const decoded = decodeProxyHeader(Buffer.concat([header, Buffer.from('rest')]));
      if (decoded.kind !== 'header' || decoded.length !== header.length || decoded.source?.port !== number) {
        throw new Error(JSON.stringify(decoded));
      }
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void decodeProxyHeader(Buffer.from(bytes))));
});

t.test('a header too long, of another version, or none', async (t) => {
  const header = encodeProxyHeader({ source: { host: '1.2.3.4', port: 1 }, destination: { host: '1.2.3.5', port: 2 } });
  const long = Buffer.from(header);
  long.writeUInt16BE(60_000, 14);
  t.match(decodeProxyHeader(long), { kind: 'invalid', reason: /60016 bytes/ });
  const first = Buffer.from(header);
  first[12] = 0x11;
  t.match(decodeProxyHeader(first), { kind: 'invalid' });
  t.match(decodeProxyHeader(Buffer.from('GET /')), { kind: 'invalid' });
  t.match(decodeProxyHeader(header.subarray(0, 20)), { kind: 'more' });
});

t.test('a Common Name that makes the header too long: the client is rejected', async (t) => {
  const endpoint = { host: '1.2.3.4', port: 1 };
  const tls = { version: 'TLSv1.3', verified: true };
  for (const length of [4_050, 70_000]) {
    const long = { source: endpoint, destination: endpoint, tls: { ...tls, commonName: 'x'.repeat(length) } };
    t.throws(() => encodeProxyHeader(long), { name: 'RangeError', message: /too long/ });
  }
  let reached = 0;
  const target = await tcpServer(t, (socket) => {
    reached++;
    socket.pipe(socket);
  });
  const { port, metric } = await proxyTo(t, [target], { proxyProtocolOut: true, access: { ...closed, all: true } });
  const wordy = await authority.issue({ commonName: 'x'.repeat(5_000) });
  t.equal(await dial(port, wordy).then((socket) => ask(socket, 'x')), undefined);
  t.equal(await metric('rejections_total', 'internal-error'), 1);
  t.match(await ask(await dial(port, friend), 'x'), /friend/, 'the next one is served');
  t.equal(reached, 1, 'and the rejected client never reached the target');
});

t.test(
  'out: the target gets address, TLS version and Common Name of the client, and that its certificate was verified',
  async (t) => {
    let head = Buffer.alloc(0);
    const target = await tcpServer(t, (socket) => {
      socket.once('data', (bytes) => {
        head = bytes;
        socket.end('ok');
      });
    });
    const { port } = await proxyTo(t, [target], { proxyProtocolOut: true });
    const socket = await dial(port, friend);
    const from = socket.localPort;
    t.equal(await ask(socket, 'x'), 'ok');
    t.match(decodeProxyHeader(head), { kind: 'header', source: { host: '127.0.0.1', port: from } });
    t.ok(head.includes('friend'), 'the Common Name');
    t.ok(head.includes('TLSv1.3'));
    // After signature, lengths and two addresses: the kind of the TLS record, its length, its flags, and 0 for verified.
    const record = head.subarray(16 + 12);
    t.equal(record[0], 0x20);
    t.equal(record[3], 3, 'over TLS, with a certificate');
    t.equal(record.readUInt32BE(4), 0, 'that was verified');
  },
);

t.test('in: a header before TLS is read, and its source passed on; without one the client is rejected', async (t) => {
  let head = Buffer.alloc(0);
  const target = await tcpServer(t, (socket) => {
    socket.once('data', (bytes) => {
      head = bytes;
      socket.end('ok');
    });
  });
  const { port, metric } = await proxyTo(t, [target], {
    proxyProtocolIn: true,
    proxyProtocolOut: true,
    handshakeTimeout: 20_000,
  });
  const raw = await dialPlain(port);
  raw.write(
    encodeProxyHeader({ source: { host: '203.0.113.9', port: 4711 }, destination: { host: '127.0.0.1', port } }),
  );
  const socket = tlsConnect({
    socket: raw,
    ca: authority.certificatePem,
    cert: friend.certificatePem,
    key: friend.keyPem,
    servername: 'localhost',
  });
  t.equal(await ask(socket, 'x'), 'ok');
  t.match(decodeProxyHeader(head), { source: { host: '203.0.113.9', port: 4711 } });
  await t.rejects(dial(port, friend), 'TLS at once');
  t.equal(await metric('rejections_total', 'invalid-proxy-header'), 1);
});

t.test('in: a connection that is closed for others before its header counts once', async (t) => {
  const limits = { maxConnections: 1, handshakeTimeout: 3_600_000, proxyProtocolIn: true };
  const { port, metric, running } = await proxyTo(t, [await tcpServer(t, echo)], limits);
  const [silent, waiting] = [await dialPlain(port), await dialPlain(port)];
  for (const socket of [silent, waiting]) {
    socket.on('error', () => undefined);
    socket.resume();
  }
  await eventually('it is rejected', async () => (await metric('rejections_total', 'connection-limit')) === 1);
  await eventually('the other one has its slot', () => running.listeners[0]?.connections() === 1);
  t.equal(await metric('rejections_total', 'test'), 1, 'and for no other reason');
  silent.destroy();
  waiting.destroy();
});

t.test('echo is still echo', async (t) => {
  const { port } = await proxyTo(t, [await tcpServer(t, echo)]);
  const socket = await dial(port, friend);
  t.equal(await ask(socket, 'x'), 'x');
  socket.destroy();
});

t.test('out: of several names in a certificate the target gets the one that the list has', async (t) => {
  let head = Buffer.alloc(0);
  const target = await tcpServer(t, (socket) => {
    socket.once('data', (bytes) => {
      head = bytes;
      socket.end('ok');
    });
  });
  const several = await authority.issue({ commonName: ['friend', 'root'], dns: ['friend.example', 'root.example'] });
  const header = async (access: Partial<AccessRules>) => {
    const { port } = await proxyTo(t, [target], { proxyProtocolOut: true, access: { ...closed, ...access } });
    t.equal(await ask(await dial(port, several), 'x'), 'ok');
    return head.toString('latin1');
  };
  const byName = await header({ commonNames: ['friend'] });
  t.match(byName, '\x22\0\x06friend', 'the Common Name');
  t.match(byName, '\xe0\0\x09cn:friend');
  t.notMatch(byName, /root/);
  const bySan = await header({ subjectAltNames: ['friend.example'] });
  t.match(bySan, '\x22\0\x04root', 'the Common Name, as OpenSSL gives it');
  t.match(bySan, '\xe0\0\x12san:friend.example');
});
