import type { CallerAuthentication, ComponentProfile } from './profile.js';

const callers: CallerAuthentication = {
  clientCertificate: 'always',
  commonNameCheckedAt: 'handshake',
  minimumEntries: 1,
  countedCommonName: 'last',
  exemptPaths: [],
  refusesBy: 'alert',
};

/** PD: one allow-list for both ports, but the client port ignores a list of one entry. */
export const pd: ComponentProfile = {
  component: 'pd',
  title: 'PD',
  executable: 'pd-server',
  securityKeys: {
    ca: 'security.cacert-path',
    cert: 'security.cert-path',
    key: 'security.key-path',
    allowedCommonNames: 'security.cert-allowed-cn',
  },
  trimsAllowList: false,
  needsOwnCommonName: true,
  advertisedKeys: ['advertise-client-urls', 'advertise-peer-urls'],
  instanceEndpoint: 'client',
  mainEndpoint: 'client',
  endpoints: [
    {
      name: 'client',
      title: 'PD client port',
      defaultPort: 2379,
      addressKeys: ['advertise-client-urls', 'client-urls'],
      protocols: ['http', 'grpc'],
      alpn: { http: ['http/1.1'], grpc: ['h2'], tls: [] },
      maximumVersion: 'TLSv1.3',
      callers: { ...callers, minimumEntries: 2 },
      pairReload: 'every-handshake',
      caReload: 'restart',
      probe: { protocol: 'grpc', method: '/pdpb.PD/GetMembers' },
      questions: {
        pd_members: { protocol: 'http', path: '/pd/api/v1/members', accept: 'pd-members' },
        pd_health: { protocol: 'http', path: '/pd/api/v1/health', accept: 'pd-health' },
        pd_etcd_health: { protocol: 'http', path: '/health', accept: 'etcd-health' },
        pd_grpc_health: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
      },
      calledBy: ['tidb', 'tikv', 'pd'],
    },
    {
      name: 'peer',
      title: 'PD peer port',
      defaultPort: 2380,
      addressKeys: ['advertise-peer-urls', 'peer-urls'],
      protocols: ['http'],
      alpn: { http: ['http/1.1'], grpc: ['h2'], tls: [] },
      maximumVersion: 'TLSv1.3',
      callers,
      pairReload: 'every-handshake',
      caReload: 'restart',
      probe: { protocol: 'http', path: '/version', accept: 'any' },
      questions: {},
      calledBy: ['pd'],
    },
  ],
};
