import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { ticdc } from './ticdc.js';
import { go, goCallers } from './transport.js';

/**
 * TiKV-CDC: TiCDC's keys and flags at a port of its own. It loads its files once, at its start, and negotiates no ALPN
 * protocol. Source: tikv/migration, pkg/tcpserver and pkg/security.
 */
export const tikvCdc: ComponentProfile = {
  component: 'tikv-cdc',
  title: 'TiKV-CDC',
  file: 'tikv-cdc',
  executable: 'tikv-cdc',
  // The file's name tells the two apart.
  decidingKeys: ticdc.decidingKeys,
  tellingKeys: ticdc.tellingKeys,
  securityKeys: ticdc.securityKeys,
  flagsSet: 'paths-and-scheme',
  incompleteTls: 'TiKV-CDC serves plaintext, or TLS without a certificate',
  trimsAllowList: true,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch'],
  keepsCertificate: [{ what: 'every outgoing connection' }],
  verifiesServersBy: 'go',
  advertisedKeys: ticdc.advertisedKeys,
  instanceEndpoint: 'api',
  mainEndpoint: 'api',
  endpoints: [
    {
      ...go,
      name: 'api',
      title: 'TiKV-CDC port',
      defaultPort: 8600,
      callers: { ...goCallers, clientCertificate: 'with-allow-list', commonNameMatch: 'equal-in-chain' },
      certificateReload: 'restart',
      probe: { protocol: 'http', path: '/status', accept: 'ticdc-status' },
      questions: {},
      calledBy: ['tikv-cdc', 'prometheus', 'tiup', 'agent'],
    },
  ],
  locate: (values, scheme) => {
    const fallback = { host: '127.0.0.1', port: 8600 };
    return portLocations({ api: locatePort(values, ['advertise-addr', 'addr'], fallback, scheme) });
  },
};
