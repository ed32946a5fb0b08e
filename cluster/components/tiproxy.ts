import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/**
 * TiProxy: one block of settings per connection. `server-http-tls` serves its API port, and requests client certificates if
 * it has a CA, unless `skip-ca` is set without a list. `cluster-tls` is for its calls of PD and TiDB.
 */
export const tiproxy: ComponentProfile = {
  component: 'tiproxy',
  title: 'TiProxy',
  file: 'tiproxy',
  executable: 'tiproxy',
  decidingKeys:
    /^(proxy\.(pd-addrs|require-backend-tls|addr|max-connections)$|security\.(cluster-tls|sql-tls|server-tls|server-http-tls|peer-tls)\.|(cluster|sql|server|server-http)-tls\.)/,
  tellingKeys: /^advance\.ignore-wrong-namespace$/,
  securityKeys: {
    ca: 'security.server-http-tls.ca',
    cert: 'security.server-http-tls.cert',
    key: 'security.server-http-tls.key',
    allowedCommonNames: 'security.server-http-tls.cert-allowed-cn',
  },
  incompleteTls: 'its API port is plaintext, or TiProxy does not start',
  callerKeys: {
    ca: 'security.cluster-tls.ca',
    cert: 'security.cluster-tls.cert',
    key: 'security.cluster-tls.key',
  },
  caOptional: true,
  clientCertificateSwitch: (values) =>
    values.string('security.server-http-tls.ca') !== undefined &&
    values.boolean('security.server-http-tls.skip-ca')?.value !== true,
  trimsAllowList: false,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch'],
  verifiesServersBy: 'go',
  advertisedKeys: ['proxy.advertise-addr'],
  instanceEndpoint: 'api',
  mainEndpoint: 'api',
  endpoints: [
    {
      ...go,
      name: 'api',
      title: 'TiProxy API port',
      defaultPort: 3080,
      callers: { ...goCallers, clientCertificate: 'with-switch', verifiesIfGiven: true },
      certificateReload: 'hourly',
      // With a list a chain must verify under the CA of the start and under the one on disk.
      caReload: 'restart',
      caReloadWithoutList: 'hourly',
      probe: { protocol: 'http', path: '/api/debug/health', accept: 'any' },
      tlsOnlyPath: '/metrics',
      questions: {},
      // The other instances call the one that collects metrics.
      calledBy: ['tiproxy', 'prometheus', 'tiup', 'tidb-operator', 'agent'],
      documentedCallers: ['pd', 'tidb'],
    },
  ],
  locate: (values) => {
    const served = ['cert', 'key'].every((name) => values.string(`security.server-http-tls.${name}`) !== undefined);
    const advertised = values.string('proxy.advertise-addr')?.value.split(':')[0];
    const fallback = { host: advertised ?? '127.0.0.1', port: 3080 };
    return portLocations({ api: locatePort(values, ['api.addr'], fallback, served ? 'https' : 'http') });
  },
};
