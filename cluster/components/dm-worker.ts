import { dmKeys } from './dm-master.js';
import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/**
 * DM-worker: one port for gRPC and HTTP. It requests a client certificate only with a list, compares every certificate of
 * the chain, and loads its files once, at its start. Source: pingcap/tiflow, dm/worker/server.go.
 */
export const dmWorker: ComponentProfile = {
  component: 'dm-worker',
  title: 'DM-worker',
  file: 'dm-worker',
  executable: 'dm-worker',
  decidingKeys: /^(worker-addr|keepalive-ttl|relay-keepalive-ttl)$/,
  tellingKeys: /^(advertise-addr|join|ssl-ca|ssl-cert|ssl-key)$/,
  securityKeys: dmKeys,
  flagsSet: 'paths-and-scheme',
  incompleteTls: 'DM-worker serves plaintext, or TLS without a certificate',
  trimsAllowList: true,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch'],
  keepsCertificate: [{ what: 'every outgoing connection' }],
  verifiesServersBy: 'go',
  advertisedKeys: ['advertise-addr'],
  instanceEndpoint: 'api',
  mainEndpoint: 'api',
  endpoints: [
    {
      ...go,
      name: 'api',
      title: 'DM-worker port',
      defaultPort: 8262,
      callers: { ...goCallers, clientCertificate: 'with-allow-list', commonNameMatch: 'equal-in-chain' },
      certificateReload: 'restart',
      probe: { protocol: 'http', path: '/status', accept: 'any' },
      questions: {},
      calledBy: ['dm-master', 'prometheus', 'tiup', 'agent'],
    },
  ],
  locate: (values, scheme) => {
    const fallback = { host: '127.0.0.1', port: 8262 };
    return portLocations({ api: locatePort(values, ['advertise-addr', 'worker-addr'], fallback, scheme) });
  },
};
