import { once } from 'node:events';
import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createSecureContext, connect as tlsConnect } from 'node:tls';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { type GrpcResponse, GrpcSession } from '../../probes/grpc-session.js';
import type { TlsConnection } from '../../probes/tls-connection.js';

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'peer', dns: ['localhost'], ip: ['127.0.0.1'] });
const ca = Buffer.from(authority.certificatePem);
const method = '/grpc.health.v1.Health/Check';
const message = Buffer.from([8, 1]);
const framed = (bytes: Buffer) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

type Answer = (stream: ServerHttp2Stream) => void;

/** A server that ends every call in one way. */
async function serving(t: { teardown(act: () => unknown): void }, answer: Answer): Promise<number> {
  const server = createSecureServer({ cert: pair.certificatePem, key: pair.keyPem });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session.on('error', () => session.destroy())));
  server.on('stream', (stream) => {
    stream.on('error', () => stream.destroy());
    stream.resume();
    answer(stream);
  });
  t.teardown(() => {
    server.close();
    for (const session of sessions) {
      session.destroy();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

type Ended = Omit<GrpcResponse, 'start'>;

async function ours(port: number): Promise<Ended | Error> {
  const socket = tlsConnect({
    ...{ host: '127.0.0.1', port, ALPNProtocols: ['h2'] },
    secureContext: createSecureContext({ ca }),
  });
  let error: Error | undefined;
  socket.on('error', (one) => {
    error ??= one;
  });
  await once(socket, 'secureConnect');
  const connection = { socket, firstError: () => error } as unknown as TlsConnection;
  const session = new GrpcSession(connection, `127.0.0.1:${port}`);
  try {
    const { status, details } = await session.call(method, 10_000);
    return { status, details };
  } catch (thrown: unknown) {
    return thrown as Error;
  } finally {
    socket.destroy();
  }
}

/** The same call by grpc-js. */
function theirs(port: number): Promise<Ended> {
  // Node 26 takes no IP address for a server name, which grpc-js would make of the target.
  const client = new Client(`127.0.0.1:${port}`, credentials.createSsl(ca), {
    'grpc.enable_retries': 0,
    'grpc.ssl_target_name_override': 'localhost',
  });
  const asIs = (value: Buffer) => value;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null) => {
      client.close();
      resolve({ status: error?.code ?? 0, details: error?.details ?? '' });
    };
    client.makeUnaryRequest(method, asIs, asIs, Buffer.alloc(0), { deadline: Date.now() + 10_000 }, done);
  });
}

const grpcHead = { ':status': 200, 'content-type': 'application/grpc' } as const;

function withStatus(status: number, details: string, body?: Buffer): Answer {
  return (stream) => {
    stream.respond(grpcHead, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': `${status}`, 'grpc-message': details }));
    stream.end(body);
  };
}

const alike: readonly (readonly [what: string, answer: Answer, status: number, details: RegExp])[] = [
  ['OK', withStatus(0, '', framed(message)), 0, /^$/],
  ...Array.from({ length: 16 }, (_, at) => [`status ${at + 1}`, withStatus(at + 1, 'why'), at + 1, /^why$/] as const),
  ['words that are encoded', withStatus(16, 'caf%C3%A9%20%25'), 16, /^café %$/],
  ['words that are badly encoded', withStatus(16, '100%'), 16, /^100%$/],
  [
    'a status in the head',
    (stream) => stream.respond({ ...grpcHead, 'grpc-status': '12', 'grpc-message': 'no' }, { endStream: true }),
    12,
    /^no$/,
  ],
  ...([400, 401, 403, 404, 429, 500, 502, 503, 504] as const).map(
    (http) =>
      [
        `HTTP ${http} alone`,
        (stream: ServerHttp2Stream) => stream.respond({ ':status': http }, { endStream: true }),
        { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 500: 2, 502: 14, 503: 14, 504: 14 }[http],
        /./,
      ] as const,
  ),
  ['a reset: refused', (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM), 14, /./],
  ['a reset: cancelled', (stream) => stream.close(constants.NGHTTP2_CANCEL), 1, /./],
  ['a reset: calm', (stream) => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM), 8, /./],
  ['a reset: security', (stream) => stream.close(constants.NGHTTP2_INADEQUATE_SECURITY), 7, /./],
  ['a reset: internal', (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR), 13, /./],
  ['an answer beyond 4 MiB', withStatus(0, '', framed(Buffer.alloc(5 * 1024 * 1024))), 8, /./],
];

t.test('a call ends as one of grpc-js does', async (t) => {
  for (const [what, answer, status, details] of alike) {
    const port = await serving(t, answer);
    const [ended, reference] = [await ours(port), await theirs(port)];
    t.match(ended, { status, details }, what);
    t.equal(reference.status, status, `${what}, by grpc-js: ${reference.details}`);
  }
});

t.test('a connection that ends before the answer gives none', async (t) => {
  const leaving: readonly (readonly [string, Answer])[] = [
    ['it leaves', (stream) => stream.session?.destroy()],
    ['it says goodbye', (stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM)],
  ];
  for (const [what, answer] of leaving) {
    const port = await serving(t, answer);
    const { name, message: why } = (await ours(port)) as Error;
    t.match({ name, why }, { name: 'InvalidAnswer', why: /the connection ended before the gRPC status/ }, what);
  }
});
