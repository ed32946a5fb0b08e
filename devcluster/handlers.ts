import type { RequestListener } from 'node:http';
import type { ComponentName, EndpointName } from '../cluster/profile.js';
import type { PortHandlers } from './port.js';

/** Larger than 2^53, as real ids are: a reader that takes them for doubles gets them wrong. */
const clusterId = 7_711_946_276_361_020_377n;
const memberId = 13_991_737_432_426_069_644n;

/** What each port answers; the shapes are those of the real components. `urls` are PD's own. */
export function handlersOf(
  component: ComponentName,
  endpoint: EndpointName,
  urls: () => { client: string; peer: string },
): PortHandlers {
  const key = `${component}/${endpoint}`;
  switch (key) {
    case 'tidb/status':
      return {
        http: paths({
          '/status': json({ connections: 0, version: '8.0.11-TiDB-v8.5.0', git_hash: 'None' }),
          '/metrics': '',
        }),
        grpc: () => undefined,
      };
    case 'pd/client':
      return {
        http: (request, response) => paths(pdPaths(urls()))(request, response),
        grpc: (method) => pdAnswer(method, urls()),
      };
    case 'pd/peer':
      return { http: paths({ '/version': json({ etcdserver: '3.5.15', etcdcluster: '3.5.0' }), '/members': '[]' }) };
    case 'tikv/grpc':
      return {
        grpc: (method) =>
          method === '/debugpb.Debug/GetClusterInfo'
            ? varintField(1, clusterId)
            : method === '/grpc.health.v1.Health/Check'
              ? varintField(1, 1n)
              : undefined,
      };
    default:
      return { http: paths({ '/status': '', '/metrics': '', '/config': '{}' }) };
  }
}

function pdPaths({
  client,
  peer,
}: {
  readonly client: string;
  readonly peer: string;
}): Readonly<Record<string, string>> {
  const member = `{"name":"pd","member_id":${memberId},"peer_urls":["${peer}"],"client_urls":["${client}"]}`;
  return {
    '/health': '{"health":"true","reason":""}',
    '/version': json({ etcdserver: '3.5.15', etcdcluster: '3.5.0' }),
    '/pd/api/v1/members': `{"header":{"cluster_id":${clusterId}},"members":[${member}],"leader":${member},"etcd_leader":${member}}`,
    '/pd/api/v1/health': `[{"name":"pd","member_id":${memberId},"client_urls":["${client}"],"health":true}]`,
  };
}

function pdAnswer(method: string, urls: { readonly client: string; readonly peer: string }): Buffer | undefined {
  if (method === '/grpc.health.v1.Health/Check') {
    return varintField(1, 1n);
  }
  if (method !== '/pdpb.PD/GetMembers') {
    return undefined;
  }
  const member = Buffer.concat([
    bytesField(1, Buffer.from('pd')),
    varintField(2, memberId),
    bytesField(3, Buffer.from(urls.peer)),
    bytesField(4, Buffer.from(urls.client)),
  ]);
  return Buffer.concat([
    bytesField(1, varintField(1, clusterId)),
    bytesField(2, member),
    bytesField(3, member),
    bytesField(4, member),
  ]);
}

function paths(bodies: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const body = bodies[request.url?.split('?')[0] ?? ''];
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': body?.startsWith('{') ? 'application/json' : 'text/plain',
    });
    response.end(body ?? '404 page not found\n');
  };
}

function json(value: unknown): string {
  return JSON.stringify(value);
}

function varintField(number: number, value: bigint): Buffer {
  return Buffer.from([number << 3, ...varint(value)]);
}

function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(BigInt(value.length))]), value]);
}

function varint(value: bigint): readonly number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)];
}
