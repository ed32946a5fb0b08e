import { createSecureServer } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server } from 'node:net';
import { createSecureContext, createServer as createTls, type TLSSocket } from 'node:tls';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import type { HarmlessProbe } from '../../cluster/components/profile.js';
import { withoutStall } from '../../probes/event-loop-stall.js';
import type { Observation } from '../../probes/observation.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { patience } from '../support/eventually.js';
import { listening } from '../support/listening.js';

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'peer', dns: ['localhost'], ip: ['127.0.0.1'] });
const keys = { cert: pair.certificatePem, key: pair.keyPem };
const identity: Identity = {
  name: 'agent',
  secureContext: createSecureContext({ ca: authority.certificatePem, ...keys }),
};

const http: HarmlessProbe = { protocol: 'http', path: '/pd/api/v1/members', accept: 'pd-members' };
const grpc: HarmlessProbe = { protocol: 'grpc', method: '/pdpb.PD/GetMembers' };

/** A TLS server that does one thing after the handshake. */
function after(act: (socket: TLSSocket) => void, alpn: readonly string[] = ['http/1.1', 'h2']): Server {
  return createTls({ ...keys, ALPNProtocols: [...alpn] }, (socket) => {
    // The prober destroys its socket as soon as it has its result.
    socket.on('error', () => socket.destroy());
    act(socket);
  });
}

/** A TLS server that does one thing when the question came. */
function asked(act: (socket: TLSSocket) => void): Server {
  return after((socket) => socket.once('data', () => act(socket)));
}

function drip(socket: TLSSocket, text: string): void {
  let sent = 0;
  const timer = setInterval(() => socket.write(text[sent++ % text.length] ?? ''), 20);
  socket.on('close', () => clearInterval(timer));
}

/** Answers as fast as it is read, for ever. */
function flood(socket: TLSSocket, head: string, more: string): void {
  socket.write(head);
  const go = () => {
    while (!socket.destroyed && socket.write(more)) {
      // Until the buffer is full.
    }
  };
  socket.on('drain', go);
  go();
}

const cases: readonly (readonly [string, () => Server, HarmlessProbe, Observation['outcome'], RegExp])[] = [
  [
    'HTML where JSON was expected',
    () => createHttps(keys, (_request, response) => response.end('<!doctype html><title>Sign in</title>')),
    http,
    'accepted',
    /^HTTP 200, but HTML where JSON of this component was expected$/,
  ],
  [
    'a page of another status',
    () => createHttps(keys, (_request, response) => response.writeHead(404).end('<h1>404</h1>')),
    http,
    'accepted',
    /^HTTP 404$/,
  ],
  [
    'HTTP/2 only, asked in HTTP/1.1 with ALPN',
    () => createSecureServer({ ...keys, allowHTTP1: false }, (_request, response) => response.end('{}')),
    http,
    'rejected',
    /no_application_protocol|closed the connection/,
  ],
  [
    'a reset in the middle of the handshake',
    () =>
      createServer((socket) => socket.on('error', () => socket.destroy()).once('data', () => socket.resetAndDestroy())),
    http,
    'rejected',
    /closed the connection during the TLS handshake, without an alert/,
  ],
  [
    'a reset after the handshake',
    () => after((socket) => socket.once('data', () => socket.destroy())),
    http,
    'rejected',
    /closed the connection after the TLS handshake and before any answer, without an alert/,
  ],
  ['silence after the handshake', () => after(() => undefined), http, 'timeout', /^no answer within 3000 ms$/],
  ['silence after the handshake, gRPC', () => after(() => undefined), grpc, 'timeout', /^no answer within 3000 ms$/],
  [
    'an answer that drips',
    () => asked((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: y')),
    http,
    'timeout',
    /^no answer/,
  ],
  [
    'headers without end',
    () => asked((socket) => flood(socket, 'HTTP/1.1 200 OK\r\n', `x: ${'y'.repeat(1000)}\r\n`)),
    http,
    'inconclusive',
    /./,
  ],
  [
    'a body without end',
    () => asked((socket) => flood(socket, 'HTTP/1.1 200 OK\r\n\r\n', 'y'.repeat(10_000))),
    http,
    'accepted',
    /^HTTP 200, but more than 64 KiB where JSON/,
  ],
  [
    'interim responses without end',
    () => asked((socket) => flood(socket, '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(100))),
    http,
    'inconclusive',
    /megabytes without a complete answer/,
  ],
  [
    'trailers without end',
    () =>
      asked((socket) =>
        flood(socket, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n', `x: ${'y'.repeat(1000)}\r\n`),
      ),
    http,
    'inconclusive',
    /Headers Overflow/,
  ],
  [
    'a server that speaks first, and not HTTP',
    // It stays open: what closes at once may be gone before its bytes are read, which is inconclusive.
    () => after((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
    http,
    'inconclusive',
    /./,
  ],
  [
    'HTTP/2 frames to an HTTP/1.1 question',
    () => after((socket) => socket.write(Buffer.from('000000040000000000', 'hex')), ['http/1.1']),
    http,
    'inconclusive',
    /its answer is invalid/,
  ],
  [
    "a server's words about another certificate",
    () =>
      createHttps(keys, (_request, response) =>
        response.writeHead(500).end('{"error":"Get https://h: x509: certificate signed by unknown authority"}'),
      ),
    http,
    'accepted',
    /^HTTP 500: x509: certificate signed by unknown authority$/,
  ],
  [
    'HTTP/1.1 to a gRPC question',
    () => after((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), ['h2']),
    grpc,
    'inconclusive',
    /./,
  ],
];

t.test('each bad peer has its outcome and its reason in one line', async (t) => {
  for (const [what, make, probe, outcome, detail] of cases) {
    const port = await listening(t, make());
    const target = { host: '127.0.0.1', port, alpn: probe.protocol === 'http' ? ['http/1.1'] : ['h2'], probe };
    const timeout = outcome === 'timeout' ? 3_000 : patience;
    const seen = await withoutStall(() => probeEndpoint(target, identity, { timeout }));
    t.match(seen, { outcome, detail }, `${what}: ${seen.outcome}, ${seen.detail}`);
    t.notMatch(seen.detail, /\n/, what);
    // Interim responses are HTTP, however many they are.
    const isOther = /frames to|speaks first|gRPC question|(headers|trailers) without end/.test(what);
    t.equal(seen.isOtherProtocol === true, isOther, what);
  }
});
