import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { grpcCore, grpcCoreCallers, tikvStatus, tikvStatusCallers } from './transport.js';

/** TiKV: the gRPC port rejects certificates by a close without an alert, and names per call. The status port rejects names with HTTP 403. */
export const tikv: ComponentProfile = {
  component: 'tikv',
  title: 'TiKV',
  file: 'tikv',
  executable: 'tikv-server',
  decidingKeys: /^(raftstore|raftdb|coprocessor|raft-engine)\./,
  tellingKeys: /^(server\.(addr|status-addr|advertise-addr|advertise-status-addr)$|rocksdb\.|storage\.)/,
  securityKeys: {
    ca: 'security.ca-path',
    cert: 'security.cert-path',
    key: 'security.key-path',
    allowedCommonNames: 'security.cert-allowed-cn',
  },
  alternativeNamesKey: 'security.cert-allowed-san',
  incompleteTls: 'TiKV does not start',
  trimsAllowList: false,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch', 'incomplete'],
  needsPem: true,
  bearsFailedHandshakesSince: '4.0.7',
  verifiesServersBy: 'grpc-core',
  keepsCertificate: [{ what: 'a gRPC channel' }, { what: 'the log backup', since: '6.2.0', until: '6.5.1' }],
  advertisedKeys: ['server.advertise-addr', 'server.advertise-status-addr'],
  instanceEndpoint: 'status',
  mainEndpoint: 'grpc',
  endpoints: [
    {
      ...grpcCore,
      name: 'grpc',
      title: 'TiKV gRPC port',
      defaultPort: 20160,
      callers: grpcCoreCallers,
      probe: { protocol: 'grpc', method: '/debugpb.Debug/GetClusterInfo' },
      questions: { tikv_grpc_health: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' } },
      calledBy: [
        'tidb',
        'tikv',
        'pd',
        'tiflash',
        'ticdc',
        'tikv-cdc',
        'tikv-ctl',
        'br',
        'lightning',
        'client-java',
        'tispark',
        'agent',
      ],
    },
    {
      ...tikvStatus,
      name: 'status',
      title: 'TiKV status port',
      defaultPort: 20180,
      callers: tikvStatusCallers,
      probe: { protocol: 'http', path: '/status', accept: 'any' },
      nameProbe: { protocol: 'http', path: '/engine_type', accept: 'any' },
      questions: {},
      calledBy: ['tidb', 'pd', 'prometheus', 'tiup', 'tidb-operator', 'agent'],
    },
  ],
  locate: (values, scheme) => {
    const loopback = { host: '127.0.0.1', port: 20160 };
    const grpc = locatePort(values, ['server.advertise-addr', 'server.addr'], loopback, scheme);
    const host = grpc?.address.host ?? loopback.host;
    const disabled = values.rawString('server.status-addr')?.value === '';
    const keys = ['server.advertise-status-addr', 'server.status-addr'];
    const known = values.string('server.advertise-status-addr') ?? values.string('server.status-addr');
    const fallback = { host: known === undefined ? loopback.host : host, port: 20180 };
    return portLocations({ grpc, status: disabled ? undefined : locatePort(values, keys, fallback, scheme) });
  },
};
