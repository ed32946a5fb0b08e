import type { ComponentProfile } from './profile.js';

/** TiDB: only the status port belongs to cluster TLS; its gRPC side is never called, some of its methods end the process. */
export const tidb: ComponentProfile = {
  component: 'tidb',
  title: 'TiDB',
  executable: 'tidb-server',
  securityKeys: {
    ca: 'security.cluster-ssl-ca',
    cert: 'security.cluster-ssl-cert',
    key: 'security.cluster-ssl-key',
    allowedCommonNames: 'security.cluster-verify-cn',
  },
  trimsAllowList: true,
  needsOwnCommonName: false,
  advertisedKeys: ['advertise-address'],
  instanceEndpoint: 'status',
  mainEndpoint: 'status',
  endpoints: [
    {
      name: 'status',
      title: 'TiDB status port',
      defaultPort: 10080,
      addressKeys: ['status.status-port'],
      protocols: ['http', 'grpc'],
      alpn: { http: ['http/1.1'], grpc: ['h2'], tls: [] },
      maximumVersion: 'TLSv1.3',
      callers: {
        clientCertificate: 'with-allow-list',
        commonNameCheckedAt: 'handshake',
        minimumEntries: 1,
        countedCommonName: 'last',
        exemptPaths: [],
        refusesBy: 'alert',
      },
      pairReload: 'every-handshake',
      caReload: 'restart',
      probe: { protocol: 'http', path: '/status', accept: 'tidb-status' },
      questions: {},
      calledBy: ['tidb', 'pd'],
    },
  ],
};
