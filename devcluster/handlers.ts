import type { RequestListener } from 'node:http';
import type { EndpointName } from '../cluster/components/profile.js';
import { varintField } from '../cluster/discovery/protobuf.js';
import type { Member } from './members.js';
import { pdPaths, pdReply } from './pd-answers.js';
import type { PortHandlers } from './port-handlers.js';
import { clusterId, type Registry } from './registry.js';

const health = '/grpc.health.v1.Health/Check';
const serving = varintField(1, 1n);

/** The answers of each port, in the format of the real components. */
export function handlersOf(member: Member, endpoint: EndpointName, registry: () => Registry): PortHandlers {
  const known: Readonly<Record<string, PortHandlers>> = {
    'tidb/status': {
      http: paths({
        '/status': JSON.stringify({ connections: 0, version: '8.0.11-TiDB-v8.5.0', git_hash: 'None' }),
        '/metrics': '',
      }),
      grpc: (method) => ({ status: 12, message: `unknown service ${method.split('/')[1]}` }),
    },
    'pd/client': {
      http: (request, response) => paths(pdPaths(registry()))(request, response),
      grpc: (method, request) => pdReply(registry(), registry().members[0]?.name === member.name, method, request),
    },
    'pd/peer': { http: paths({ '/version': '{"etcdserver":"3.5.15","etcdcluster":"3.5.0"}', '/members': '[]' }) },
    'tikv/grpc': { grpc: answers({ '/debugpb.Debug/GetClusterInfo': varintField(1, clusterId), [health]: serving }) },
    'tiflash/grpc': {
      grpc: answers({ '/tikvpb.Tikv/IsAlive': varintField(1, 1n) }),
      nameRejection: { status: 7, message: 'common name check is failed' },
    },
    'tiflash/metrics': { http: paths({ '/metrics': '' }) },
    'tiflash/proxy': { grpc: answers({ [health]: serving }) },
    'tiflash/status': {
      http: paths({ '/status': '', '/metrics': '', '/config': '{}', '/tiflash/store-status': 'Running' }),
    },
    'ticdc/api': {
      http: paths({
        '/status': JSON.stringify({ version: 'v8.5.0', id: member.name, is_owner: member.name === 'ticdc' }),
        '/api/v2/health': '{}',
        '/metrics': '',
      }),
    },
    'tiproxy/api': {
      http: paths({ '/api/debug/health': '{"config_checksum":1}', '/metrics': '' }),
      plaintextRejection: 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
    },
  };
  const cdc = known['ticdc/api'];
  const service: PortHandlers = {
    http: paths({ '/status': '{}', '/metrics': '' }),
    grpc: answers({ [health]: serving }),
  };
  const plain: PortHandlers = { http: paths({ '/status': '', '/metrics': '', '/config': '{}' }) };
  if (member.component === 'tikv-cdc' && cdc !== undefined) {
    return cdc;
  }
  return known[`${member.component}/${endpoint}`] ?? (endpoint === 'service' ? service : plain);
}

function answers(messages: Readonly<Record<string, Buffer>>): NonNullable<PortHandlers['grpc']> {
  return (method) => messages[method];
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
