import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { createSecureContext, createServer } from 'node:tls';
import pino from 'pino';
import { Collector } from '../../agent/collect/collector.js';
import { OnDemandProbes } from '../../agent/collect/on-demand.js';
import { defaults } from '../../agent/config/load.js';
import { startHttpServer } from '../../agent/http/server.js';
import { Authority } from '../../certs-dev/authority.js';
import type { HarmlessProbe } from '../../cluster/components/profile.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { FuzzTarget } from './targets.js';

const authority = await Authority.create();
const pair = await authority.issue({ commonName: 'fuzz', dns: ['localhost'], ip: ['127.0.0.1'] });
const keys = { cert: pair.certificatePem, key: pair.keyPem };
const identity = {
  name: 'agent',
  secureContext: createSecureContext({ ca: authority.certificatePem, ...keys }),
} as const;

/** What the server answers with, whatever it is asked. */
let answer: Buffer = Buffer.alloc(0);
const server = createServer({ ...keys, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end(answer));
});
server.on('tlsClientError', (_error, socket) => socket.destroy());
server.listen(0, '127.0.0.1').unref();
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

/** A real probe of a server that answers with these bytes: it resolves, in time. */
function answered(probe: HarmlessProbe): FuzzTarget['read'] {
  return async (input) => {
    answer = input;
    const alpn = [probe.protocol === 'grpc' ? 'h2' : 'http/1.1'];
    const { durations } = await probeEndpoint({ host: '127.0.0.1', port, alpn, probe }, identity, { timeout: 2_000 });
    if (durations.total > 100) {
      throw new Error(`resolved after ${durations.total} s`);
    }
  };
}

const config = { security: undefined, configs: [], topology: [], pd: [], processes: false, refresh: 0, clients: [] };
const more = { components: [], host: undefined, shard: undefined };
const rhythm = { ...defaults.probe, interval: 1_000, timeout: 100, concurrency: 1, negativeInterval: undefined };
const web = { host: '127.0.0.1', port: 0, configFile: undefined };
const rest = {
  scope: 'cluster',
  reload: 'observe',
  historyFile: undefined,
  wrongName: undefined,
  proxies: [],
  acceptances: [],
} as const;
const collector = await Collector.create(
  { ...config, ...more, ...rest, probe: rhythm, instances: [], web },
  { now: () => new Date(), onReload: () => undefined },
);
const onDemand = new OnDemandProbes(1, () => undefined);
const agent = await startHttpServer({
  listen: web,
  onWebConfigRead: () => undefined,
  view: {
    now: () => new Date(),
    startedAt: new Date(),
    version: '0',
    ready: () => true,
    isStuck: () => false,
    findings: () => [],
    incidents: () => [],
    incidentSince: () => undefined,
    observations: () => [],
    inventory: () => collector.inventory,
    matrix: () => ({ callers: [], rows: [] }),
    credentials: () => [],
    events: () => [],
    since: () => undefined,
    runs: () => [],
    pathsOf: () => undefined,
  },
  metrics: { parts: () => Readable.from([]), contentType: 'text/plain' },
  probe: (module, target, timeout) => onDemand.ask(collector, { module, target, timeout }),
  reload: async () => ({ ok: true, message: '' }),
  logger: pino({ level: 'silent' }),
});

/** The bytes of a request; whatever they are, the answer is none of ours that says 500. */
async function request(input: Buffer): Promise<void> {
  const socket = connect(Number(new URL(agent.url).port), '127.0.0.1');
  let reply = '';
  socket.on('data', (bytes) => {
    reply += bytes;
  });
  socket.on('error', () => socket.destroy());
  socket.end(input);
  await once(socket, 'close');
  if (/^HTTP\/1\.1 5(?!01)/m.test(reply)) {
    throw new Error(reply.slice(0, 200));
  }
}

const get = (path: string) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
const context = (type: number, flags: number, stream: number, body: string) => {
  const bytes = Buffer.from(body, 'hex');
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
};
/** SETTINGS, their acknowledgement, HEADERS with status 200 and a literal field, DATA with an empty gRPC message. */
const frames = Buffer.concat([
  context(4, 0, 0, ''),
  context(4, 1, 0, ''),
  context(
    1,
    4,
    1,
    `88400c${Buffer.from('content-type').toString('hex')}10${Buffer.from('application/grpc').toString('hex')}`,
  ),
  context(0, 0, 1, '0000000000'),
  context(1, 5, 1, `400b${Buffer.from('grpc-status').toString('hex')}0130`),
]);

/** Readers behind a real connection. */
export const wireTargets: readonly FuzzTarget[] = [
  {
    name: 'http-bytes',
    seeds: [
      Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"version":"8.5"}'),
      Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'),
    ],
    allowed: [],
    read: answered({ protocol: 'http', path: '/status', accept: 'tidb-status' }),
  },
  {
    name: 'grpc-frames',
    seeds: [frames],
    allowed: [],
    read: answered({ protocol: 'grpc', method: '/pdpb.PD/GetMembers' }),
  },
  {
    name: 'requests',
    seeds: [
      get('/probe?target=127.0.0.1:1&module=tidb_status'),
      get('/probe?module=tls&target=%5B::1%5D:2'),
      get('//'),
      get('/api/v1/findings'),
      Buffer.from('POST /-/reload HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nContent-Length: 0\r\n\r\n'),
    ],
    allowed: [],
    read: request,
  },
];

/** Lets the process end. */
export async function closeWire(): Promise<void> {
  server.close();
  await agent.close();
}
