import type { Values } from '../documents/values.js';
import { parseAddress } from '../inventory/address.js';
import { firstString, locatePort, portLocations, schemeOf } from './port-locations.js';
import type { ComponentProfile } from './profile.js';
import { go, goCallers } from './transport.js';

/** PD: one allow-list for both ports. The client port ignores a list of one entry. */
export const pd: ComponentProfile = {
  component: 'pd',
  title: 'PD',
  file: 'pd',
  executable: 'pd-server',
  decidingKeys: /^(security\.cacert-path$|replication\.|schedule\.|pd-server\.|dashboard\.)/,
  tellingKeys: /^(client-urls|peer-urls|advertise-client-urls|advertise-peer-urls|initial-cluster)$/,
  securityKeys: {
    ca: 'security.cacert-path',
    cert: 'security.cert-path',
    key: 'security.key-path',
    allowedCommonNames: 'security.cert-allowed-cn',
  },
  flagsSet: 'paths',
  incompleteTls: 'PD does not start, or requests no client certificate',
  trimsAllowList: false,
  needsOwnCommonName: true,
  fatalAtStart: ['unreadable', 'key-mismatch', 'incomplete', 'foreign-ca', 'names', 'own-name', 'list-too-long'],
  verifiesServersBy: 'go-etcd',
  advertisedKeys: ['advertise-client-urls', 'advertise-peer-urls'],
  instanceEndpoint: 'client',
  mainEndpoint: 'client',
  endpoints: [
    {
      ...go,
      name: 'client',
      title: 'PD client port',
      defaultPort: 2379,
      callers: { ...goCallers, verifier: 'go-etcd', minimumEntries: 2 },
      probe: { protocol: 'grpc', method: '/pdpb.PD/GetMembers' },
      peerReported: [
        { protocol: 'http', path: '/pd/api/v1/health', accept: 'pd-health' },
        { protocol: 'http', path: '/pd/api/v1/stores', accept: 'pd-stores' },
      ],
      questions: {
        pd_members: { protocol: 'http', path: '/pd/api/v1/members', accept: 'pd-members' },
        pd_health: { protocol: 'http', path: '/pd/api/v1/health', accept: 'pd-health' },
        pd_etcd_health: { protocol: 'http', path: '/health', accept: 'etcd-health' },
        pd_grpc_health: { protocol: 'grpc', method: '/grpc.health.v1.Health/Check' },
      },
      calledBy: [
        'tidb',
        'tikv',
        'pd',
        'tiflash',
        'ticdc',
        'tikv-cdc',
        'tiproxy',
        'tso',
        'scheduling',
        'resource-manager',
        'router',
        'prometheus',
        'blackbox-exporter',
        'tiup',
        'tidb-operator',
        'pd-ctl',
        'tikv-ctl',
        'cdc-cli',
        'br',
        'lightning',
        'client-java',
        'tispark',
        'agent',
      ],
    },
    {
      ...go,
      name: 'peer',
      title: 'PD peer port',
      defaultPort: 2380,
      callers: { ...goCallers, verifier: 'go-etcd', sourceAddress: 'with-names' },
      probe: { protocol: 'http', path: '/version', accept: 'any' },
      questions: {},
      calledBy: ['pd', 'agent'],
    },
  ],
  locate: (values) =>
    portLocations({
      client: locateUrl(values, ['advertise-client-urls', 'client-urls'], 2379),
      peer: locateUrl(values, ['advertise-peer-urls', 'peer-urls'], 2380),
    }),
};

/** PD serves TLS if the URL that it listens on is https, whatever its certificates are. */
function locateUrl(values: Values, keys: readonly [string, string], port: number) {
  const listening = firstString(values, [keys[1], keys[0]])?.value;
  const listener = parseAddress(listening?.split(',')[0] ?? '');
  const host = listener?.host ?? '127.0.0.1';
  return locatePort(values, keys, { host, port }, schemeOf(listening));
}
