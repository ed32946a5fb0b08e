import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** TiDB: only the status port belongs to cluster TLS. Its gRPC side is never called: some of its methods end the process. */
export const tidb: ComponentProfile = {
  component: 'tidb',
  title: 'TiDB',
  file: 'tidb',
  executable: 'tidb-server',
  decidingKeys: /^security\.cluster-(ssl|verify)-/,
  tellingKeys: /^(status\.(status-port|report-status)|advertise-address|lease|token-limit|store|path)$/,
  securityKeys: {
    ca: 'security.cluster-ssl-ca',
    cert: 'security.cluster-ssl-cert',
    key: 'security.cluster-ssl-key',
    allowedCommonNames: 'security.cluster-verify-cn',
  },
  incompleteTls: 'TiDB serves plaintext or does not start',
  trimsAllowList: true,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch', 'ca-without-certificate'],
  verifiesServersBy: 'go',
  advertisedKeys: ['advertise-address'],
  instanceEndpoint: 'status',
  mainEndpoint: 'status',
  endpoints: [
    {
      ...go,
      name: 'status',
      title: 'TiDB status port',
      defaultPort: 10080,
      callers: { ...goCallers, clientCertificate: 'with-allow-list' },
      probe: { protocol: 'http', path: '/status', accept: 'tidb-status' },
      questions: {},
      // It reports the state of its MPP tasks there.
      grpcCallers: { names: ['tiflash'], since: '6.5.0' },
      calledBy: [
        'tidb',
        'pd',
        'tiflash',
        'tiproxy',
        'prometheus',
        'blackbox-exporter',
        'tiup',
        'tidb-operator',
        'tidb-ctl',
        // Lightning reads the schema of its tables from there.
        'lightning',
        'agent',
      ],
    },
  ],
  locate: (values, scheme) => {
    if (values.boolean('status.report-status')?.value === false) {
      return {};
    }
    const host = values.string('advertise-address') ?? values.string('status.status-host') ?? values.string('host');
    const port = values.port('status.status-port');
    const location = locatePort(undefined, [], { host: host?.value ?? '', port: port?.value ?? 10080 }, scheme);
    const origin = port?.origin ?? host?.origin;
    return portLocations({ status: location && origin ? { ...location, origin } : location });
  },
};
