import { once } from 'node:events';
import { createSecureContext, createServer, type TLSSocket, connect as tlsConnect } from 'node:tls';
import fc from 'fast-check';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { exchange, type HttpResponse } from '../../probes/http-exchange.js';
import { isProtocolError } from '../../probes/protocol-error.js';
import type { TlsConnection } from '../../probes/tls-connection.js';
import { mutated } from '../fuzz/mutation.js';
import { seeds } from '../fuzz/seeds.js';
import { listening } from '../support/listening.js';

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'peer', dns: ['localhost'], ip: ['127.0.0.1'] });
const secureContext = createSecureContext({ ca: authority.certificatePem });
const largest = 64 * 1024;

/** What a server sends, one piece after the other; then it ends the connection. */
let pieces: readonly Buffer[] = [];
const requests: string[] = [];

async function send(socket: TLSSocket): Promise<void> {
  for (const piece of pieces) {
    if (!socket.destroyed) {
      socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  socket.end();
}

const server = createServer({ cert: pair.certificatePem, key: pair.keyPem }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (request) => {
    requests.push(request.toString());
    void send(socket);
  });
});
const port = await listening(t, server);

/** The response to one request, or the error, over one fresh connection. */
async function answerTo(sent: readonly Buffer[]): Promise<HttpResponse | Error> {
  pieces = sent;
  const socket = tlsConnect({ host: '127.0.0.1', port, secureContext });
  let error: Error | undefined;
  socket.on('error', (one) => {
    error ??= one;
  });
  await once(socket, 'secureConnect');
  const connection = { socket, firstError: () => error } as unknown as TlsConnection;
  try {
    return await exchange(connection, { authority: 'tidb-0:10080', path: '/status', largest });
  } catch (thrown: unknown) {
    return thrown as Error;
  } finally {
    socket.destroy();
  }
}

function inPieces(text: string, length: number): readonly Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const count = Math.ceil(bytes.length / length);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}

const ok = 'HTTP/1.1 200 OK\r\n';
const responses: readonly (readonly [what: string, text: string, status: number, body: string])[] = [
  ['a length', `${ok}Content-Length: 5\r\n\r\nhello and more`, 200, 'hello'],
  ['no body', `${ok}content-length:0\r\n\r\n`, 200, ''],
  [
    'chunks',
    `${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x="y"\r\n0123456789\r\n0\r\n\r\n`,
    200,
    'abc0123456789',
  ],
  ['trailers', `${ok}transfer-encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\nHTTP/1.1`, 200, 'a'],
  ['a coding without an end', `${ok}Transfer-Encoding: gzip\r\n\r\nabc`, 200, 'abc'],
  ['neither', `${ok}Server: x\r\n\r\nhello`, 200, 'hello'],
  ['an empty one', `${ok}\r\n`, 200, ''],
  ['no reason', 'HTTP/1.1 404\r\n\r\n', 404, ''],
  ['the version before', 'HTTP/1.0 403 Forbidden\r\n\r\nno', 403, 'no'],
  ['a status without a body', 'HTTP/1.1 204 No Content\r\nx: y\r\n\r\nmore', 204, ''],
  ['hints before it', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello', 200, 'hello'],
];

t.test('a response is the same in one piece and byte by byte', async (t) => {
  for (const [what, text, status, body] of responses) {
    for (const length of [text.length, 7, 1]) {
      t.strictSame(await answerTo(inPieces(text, length)), { status, text: body }, `${what}, in pieces of ${length}`);
    }
  }
});

t.test('one request a connection, with the name of the host that is asked', async (t) => {
  requests.length = 0;
  await answerTo([Buffer.from(`${ok}\r\n`)]);
  t.equal(requests.length, 1);
  t.equal(requests[0], 'GET /status HTTP/1.1\r\nhost: tidb-0:10080\r\nconnection: close\r\n\r\n');
});

t.test('requests at the same time each have their own connection', async (t) => {
  const both = ['one', 'two'].map((text) => answerTo([Buffer.from(`${ok}content-length: 3\r\n\r\n${text}`)]));
  t.match(await Promise.all(both), [{ status: 200 }, { status: 200 }]);
});

const bad: readonly (readonly [what: string, text: string, why: RegExp])[] = [
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', /Expected HTTP/],
  ['frames of HTTP/2', '\0\0\x12\x04\0\0\0\0\0', /Expected HTTP/],
  ['another version', 'HTTP/2 200 OK\r\n', /Expected dot/],
  ['a status that is none', 'HTTP/1.1 20 OK\r\n', /Invalid status code/],
  ['a line feed alone', 'HTTP/1.1 200 OK\n\n', /Missing expected CR/],
  ['a header without a name', `${ok}: x\r\n\r\n`, /Invalid header token/],
  ['a header that goes on', `${ok}a: b\r\n c\r\n\r\n`, /Unexpected whitespace/],
  ['a space before the colon', `${ok}content-length : 5\r\n\r\n`, /Invalid header field/],
  ['two lengths', `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`, /does not match content-length/],
  ['a length that is none', `${ok}content-length: +5\r\n\r\nhello`, /Invalid character in Content-Length/],
  [
    'a length and chunks',
    `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    /does not match content-length/,
  ],
  ['a chunk of no size', `${ok}transfer-encoding: chunked\r\n\r\nx\r\n`, /Invalid character in chunk size/],
  ['a chunk that is longer', `${ok}transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n`, /Expected LF after chunk data/],
  ['a bad trailer', `${ok}transfer-encoding: chunked\r\n\r\n0\r\nx\r\n\r\n`, /Invalid header token/],
  [
    'another protocol from here on',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n',
    /ended before the HTTP response was complete/,
  ],
  ['half a head', 'HTTP/1.1 200 OK\r\nServ', /ended before the HTTP response was complete/],
  ['half a body', `${ok}content-length: 5\r\n\r\nhel`, /ended before the HTTP response was complete/],
  [
    'half the chunks',
    `${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`,
    /ended before the HTTP response was complete/,
  ],
];

t.test('what is no response is a protocol error', async (t) => {
  for (const [what, text, why] of bad) {
    for (const length of [text.length, 1]) {
      const error = await answerTo(inPieces(text, length));
      t.ok(isProtocolError(error), what);
      t.match(error, { message: why }, what);
    }
  }
});

t.test('a connection that ends without a byte gives its own error', async (t) => {
  const error = await answerTo([]);
  t.ok(error instanceof Error && !isProtocolError(error), String(error));
  t.match(await answerTo([Buffer.from(`${ok}\r\n`)]), { status: 200 }, 'and the next request is answered');
});

const body = fc.string({ maxLength: 200, unit: 'grapheme-ascii' });
const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const wellFormed = fc
  .record({
    status: fc.constantFrom(200, 201, 204, 304, 400, 403, 404, 500, 503),
    reason: fc.stringMatching(/^[ -~]{0,20}$/),
    fields: fc.array(fc.tuple(token, fc.stringMatching(/^[!-~]{0,30}$/)), { maxLength: 4 }),
    pieces: fc.array(body, { maxLength: 4 }),
    framing: fc.constantFrom('length', 'chunked', 'close'),
  })
  .map(({ status, reason, fields, pieces, framing }) => {
    const known = /^(content-length|transfer-encoding|connection|upgrade|keep-alive|trailer)$/i;
    const lines = fields.filter(([name]) => !known.test(name)).map(([name, value]) => `${name}: ${value}\r\n`);
    const text = pieces.join('');
    const chunks = pieces.filter((one) => one !== '').map((one) => `${one.length.toString(16)}\r\n${one}\r\n`);
    const [head, sent] = {
      none: ['', ''],
      length: [`content-length: ${text.length}\r\n`, text],
      chunked: ['transfer-encoding: chunked\r\n', `${chunks.join('')}0\r\n\r\n`],
      close: ['', text],
    }[status === 204 || status === 304 ? 'none' : framing] as [string, string];
    return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}${head}\r\n${sent}`, 'latin1');
  });

t.test('every well formed response is read', async () => {
  await fc.assert(
    fc.asyncProperty(wellFormed, async (bytes) => {
      const response = await answerTo([bytes]);
      if (response instanceof Error) {
        throw new Error(`${JSON.stringify(bytes.toString())}: ${String(response)}`);
      }
    }),
    { numRuns: 100 },
  );
});

t.test('whatever a server sends, the exchange ends with a response or a protocol error', async () => {
  await fc.assert(
    fc.asyncProperty(mutated(seeds.httpResponses), async (bytes) => {
      const response = await answerTo([bytes]);
      if (bytes.length > 0 && response instanceof Error && !isProtocolError(response)) {
        throw new Error(`${JSON.stringify(bytes.toString())}: ${String(response)}`);
      }
    }),
    { numRuns: 150 },
  );
});

t.test('an answer that comes before the request is none', async (t) => {
  const early = createServer({ cert: pair.certificatePem, key: pair.keyPem }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${ok}\r\n`);
  });
  const socket = tlsConnect({ host: '127.0.0.1', port: await listening(t, early), secureContext });
  t.teardown(() => socket.destroy());
  await once(socket, 'readable');
  const connection = { socket, firstError: () => undefined } as unknown as TlsConnection;
  await t.rejects(exchange(connection, { authority: 'x', path: '/', largest }), { code: 'INVALID_ANSWER' });
});
