import { pd } from './pd.js';
import { firstString, placeAddress, placementOf } from './placement.js';
import type { CallerName, ComponentName, ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** What the services of a PD split in parts have in common: PD's keys, one port, certificates verified only if given. */
export function microservice(
  component: ComponentName,
  title: string,
  calledBy: readonly CallerName[],
): ComponentProfile {
  return {
    component,
    title,
    file: component,
    executable: 'pd-server',
    tellingKeys: /^(backend-endpoints|listen-addr|advertise-listen-addr)$/,
    securityKeys: pd.securityKeys,
    incompleteTls: `${title} serves plaintext or does not start`,
    trimsAllowList: false,
    needsOwnCommonName: false,
    fatalAtStart: ['unreadable', 'key-mismatch'],
    advertisedKeys: ['advertise-listen-addr'],
    instanceEndpoint: 'service',
    mainEndpoint: 'service',
    endpoints: [
      {
        ...go,
        name: 'service',
        title: `${title} port`,
        defaultPort: 3379,
        callers: { ...goCallers, clientCertificate: 'with-allow-list', verifiesIfGiven: true },
        probe: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
        questions: {
          [`${component.replaceAll('-', '_')}_status`]: { protocol: 'http', path: '/status', accept: 'any' },
        },
        calledBy: [...calledBy, 'prometheus', 'tiup', 'tidb-operator', 'agent'],
      },
    ],
    place: (values) => {
      // The listener is TLS by its certificate, whatever the scheme of its URL.
      const { cert, key } = pd.securityKeys;
      const scheme = [cert, key].every((name) => firstString(values, [name]) !== undefined) ? 'https' : 'http';
      const fallback = { host: '127.0.0.1', port: 3379 };
      return placementOf({ service: placeAddress(values, ['advertise-listen-addr', 'listen-addr'], fallback, scheme) });
    },
  };
}
