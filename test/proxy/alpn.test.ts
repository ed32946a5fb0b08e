import { createServer } from 'node:tls';
import t from 'tap';
import { listening } from '../support/listening.js';
import { authority, dial, friend, proxyTo, readAll, server } from '../support/proxy.js';

t.test('the target is offered the protocol that its client agreed on, and none where it agreed on none', async (t) => {
  const { certificatePem: cert, keyPem: key } = server;
  const both = ['h2', 'http/1.1'];
  const trust = { ca: authority.certificatePem, requestCert: true, ALPNProtocols: both };
  const target = createServer({ cert, key, ...trust }, (socket) => socket.end(String(socket.alpnProtocol)));
  const { port } = await proxyTo(t, [await listening(t, target)], { targetTls: true, alpn: both });
  for (const [offered, spoken] of [
    [['http/1.1'], 'http/1.1'],
    [['h2', 'http/1.1'], 'h2'],
    [[], 'false'],
  ] as const) {
    const client = await dial(port, friend, offered.length === 0 ? {} : { ALPNProtocols: [...offered] });
    t.equal(String(await readAll(client)), spoken, `the client offers ${offered.join(' and ') || 'nothing'}`);
  }
});
