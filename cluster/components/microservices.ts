import { pd } from './pd.js';
import { firstString, locatePort, portLocations } from './port-locations.js';
import type { CallerName, ComponentName, ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** The services of a PD that runs as microservices. They share PD's keys, and verify a client certificate only if one is presented. */
export const microservices = {
  tso: microservice('tso', 'TSO service', ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc']),
  scheduling: microservice('scheduling', 'Scheduling service', ['pd']),
  'resource-manager': microservice('resource-manager', 'Resource manager', ['tidb', 'pd']),
  router: microservice('router', 'Router service', ['tidb', 'pd']),
} as const satisfies Partial<Record<ComponentName, ComponentProfile>>;

export const microserviceNames = Object.keys(microservices) as readonly (keyof typeof microservices)[];

function microservice(component: ComponentName, title: string, calledBy: readonly CallerName[]): ComponentProfile {
  return {
    component,
    title,
    file: component,
    executable: 'pd-server',
    decidingKeys: /^backend-endpoints$/,
    tellingKeys: /^(listen-addr|advertise-listen-addr)$/,
    securityKeys: pd.securityKeys,
    flagsSet: 'paths-and-scheme',
    incompleteTls: `${title} serves plaintext or does not start`,
    trimsAllowList: false,
    needsOwnCommonName: false,
    fatalAtStart: ['unreadable', 'key-mismatch'],
    verifiesServersBy: 'go-etcd',
    advertisedKeys: ['advertise-listen-addr'],
    instanceEndpoint: 'service',
    mainEndpoint: 'service',
    endpoints: [
      {
        ...go,
        name: 'service',
        title: `${title} port`,
        defaultPort: 3379,
        callers: { ...goCallers, verifier: 'go-etcd', clientCertificate: 'with-allow-list', verifiesIfGiven: true },
        probe: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
        questions: {
          [`${component.replaceAll('-', '_')}_status`]: { protocol: 'http', path: '/status', accept: 'any' },
        },
        calledBy: [...calledBy, 'prometheus', 'tiup', 'tidb-operator', 'agent'],
      },
    ],
    locate: (values) => {
      // The listener serves TLS if it has a certificate, whatever the scheme of its URL is.
      const { cert, key } = pd.securityKeys;
      const scheme = [cert, key].every((name) => firstString(values, [name]) !== undefined) ? 'https' : 'http';
      const fallback = { host: '127.0.0.1', port: 3379 };
      return portLocations({ service: locatePort(values, ['advertise-listen-addr', 'listen-addr'], fallback, scheme) });
    },
  };
}
