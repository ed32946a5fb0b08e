import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** TiCDC: requests client certificates only with `mtls` or a list. It adds its Common Name to the list, and compares every certificate of the chain. */
export const ticdc: ComponentProfile = {
  component: 'ticdc',
  title: 'TiCDC',
  file: 'cdc',
  executable: 'cdc',
  decidingKeys: /^(sorter\.|capture-session-ttl$|security\.(mtls|client-user-required|client-allowed-user)$)/,
  tellingKeys:
    /^(addr|advertise-addr|owner-flush-interval|processor-flush-interval|gc-ttl|per-table-memory-quota|newarch)$|^debug\./,
  securityKeys: {
    ca: 'security.ca-path',
    cert: 'security.cert-path',
    key: 'security.key-path',
    allowedCommonNames: 'security.cert-allowed-cn',
  },
  flagsSet: 'paths-and-scheme',
  incompleteTls: 'TiCDC serves plaintext without a log line',
  clientCertificateSwitch: (values) => values.boolean('security.mtls')?.value === true,
  trimsAllowList: false,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch'],
  addsOwnCommonName: true,
  keepsCertificate: [{ what: 'every outgoing connection', until: '6.6.0' }],
  verifiesServersBy: 'go',
  advertisedKeys: ['advertise-addr'],
  instanceEndpoint: 'api',
  mainEndpoint: 'api',
  endpoints: [
    {
      ...go,
      name: 'api',
      title: 'TiCDC port',
      defaultPort: 8300,
      callers: { ...goCallers, clientCertificate: 'with-switch', commonNameMatch: 'equal-in-chain' },
      reloadSince: '6.6.0',
      probe: { protocol: 'http', path: '/status', accept: 'ticdc-status' },
      peerReported: [{ protocol: 'http', path: '/api/v2/health', accept: 'any' }],
      questions: { ticdc_health: { protocol: 'http', path: '/api/v2/health', accept: 'any' } },
      calledBy: ['ticdc', 'prometheus', 'blackbox-exporter', 'tiup', 'tidb-operator', 'cdc-cli', 'agent'],
    },
  ],
  locate: (values, scheme) => {
    const fallback = { host: '127.0.0.1', port: 8300 };
    return portLocations({ api: locatePort(values, ['advertise-addr', 'addr'], fallback, scheme) });
  },
};
