import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import t, { type Test } from 'tap';
import { answersPlaintext, requestPlaintext } from '../../probes/plaintext.js';
import { probePlaintext } from '../../probes/plaintext-probe.js';
import { probeTls } from '../../probes/tls-probe.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

const goes = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/** Where a server listens that does one thing when it was asked. */
async function asked(t: Test, act: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.once('data', () => act(socket));
  });
  return { host: '127.0.0.1', port: await listening(t, server) };
}

const cases: readonly (readonly [string, (socket: Socket) => void, string, RegExp])[] = [
  ['an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), 'accepted', /answers without TLS/],
  ['an answer of a connection left open', (socket) => socket.write('HTTP/1.0 200 OK\r\n\r\n'), 'accepted', /./],
  ['the greeting of another protocol', (socket) => socket.write('J\0\0\0\n8.0.11'), 'accepted', /./],
  ['one byte, and the end', (socket) => socket.end('H'), 'accepted', /./],
  ['a bad request, for another reason', (socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\nno'), 'accepted', /./],
  ['what Go says on a TLS port', (socket) => socket.end(goes), 'rejected', /HTTP status 400: it requires TLS/],
  ['the same, and left open', (socket) => socket.write(goes), 'rejected', /HTTP status 400/],
  ['a TLS alert', (socket) => socket.end(Buffer.from([21, 3, 1, 0, 2, 2, 70])), 'rejected', /a TLS record/],
  ['a close', (socket) => socket.end(), 'rejected', /closed the plaintext connection without an answer/],
  ['a reset', (socket) => socket.resetAndDestroy(), 'rejected', /ECONNRESET/],
];

for (const [what, act, outcome, detail] of cases) {
  t.test(`${what}: ${outcome}`, async (t) => {
    const target = await asked(t, act);
    t.match(await requestPlaintext(target, patience), { outcome, detail });
    t.equal(await answersPlaintext(target, patience), outcome === 'accepted');
  });
}

t.test('the answer of Go on a TLS port, byte by byte: rejected', async (t) => {
  const target = await asked(t, (socket) => {
    socket.setNoDelay(true);
    let at = 0;
    const timer = setInterval(() => (at < goes.length ? socket.write(goes[at++] ?? '') : socket.end()), 1);
    socket.on('close', () => clearInterval(timer));
  });
  t.match(await probePlaintext({ ...target, alpn: [] }, { timeout: patience }), {
    outcome: 'rejected',
    rejection: { by: 'http-status', number: 400 },
  });
});

t.test('a port that serves health checks alone without TLS is no plaintext port', async (t) => {
  const tlsOnlyPath = '/metrics';
  const answers = (text: string) => asked(t, (socket) => socket.end(text));
  const ask = async (text: string) => requestPlaintext({ ...(await answers(text)), tlsOnlyPath }, patience);
  const none = 'HTTP/1.1 404 Not Found\r\n\r\n404 page not found';
  t.match(await ask(none), { outcome: 'rejected', detail: /without TLS it serves only health checks/ });
  t.match(await ask('HTTP/1.1 301 Moved Permanently\r\n\r\n'), { outcome: 'accepted' }, 'a TiProxy without TLS');
  t.match(await ask(goes), { outcome: 'rejected', detail: /HTTP status 400/ }, 'an earlier release');
  t.match(await requestPlaintext(await answers(none), patience), { outcome: 'accepted' }, 'any other port');
});

t.test('silence is silence, even after half of a sentence that was none yet', async (t) => {
  const silent = await asked(t, () => undefined);
  t.match(await requestPlaintext(silent, 100), { outcome: 'timeout', detail: 'no answer within 100 ms' });
  t.equal(await answersPlaintext(silent, 100), undefined);
  const half = await asked(t, (socket) => socket.write('HTTP/1.0 400'));
  t.match(await requestPlaintext(half, 100), { outcome: 'accepted' }, 'bytes without TLS');
});

t.test('an abort ends the request, and an aborted one is not begun', async (t) => {
  const stop = new AbortController();
  const target = await asked(t, () => stop.abort());
  const probe = { ...target, alpn: [] };
  const cut = { outcome: 'timeout', detail: 'the probe was aborted before an answer' };
  t.match(await probePlaintext(probe, { timeout: patience, signal: stop.signal }), cut);
  t.match(await probePlaintext(probe, { timeout: patience, signal: stop.signal }), cut, 'stopped before');
});

t.test('a port that is gone is unreachable, which is no rejection', async (t) => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      // The next connection is refused by the kernel.
      server.close();
      socket.destroy();
    });
  });
  const port = await listening(t, server);
  const target = { host: '127.0.0.1', port, alpn: [] };
  const identity = { name: 'no-certificate', secureContext: createSecureContext({}), verifiesServer: false } as const;
  t.match(await probeTls(target, identity, { timeout: patience }), { outcome: 'inconclusive' });
  t.match(await requestPlaintext(target, patience), { outcome: 'unreachable' });
  t.equal(await answersPlaintext(target, patience), undefined);
});
