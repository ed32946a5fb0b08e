import { locatePort, portLocations } from './port-locations.js';
import type { ComponentProfile, SecurityKeys } from './profile.js';
import { go, goCallers } from './transport.js';

/** At the top of the file, without a table. */
export const dmKeys: SecurityKeys = {
  ca: 'ssl-ca',
  cert: 'ssl-cert',
  key: 'ssl-key',
  allowedCommonNames: 'cert-allowed-cn',
};

/** etcd's transport, whose option takes one name: DM-master passes the first entry of its list. */
const callers = { ...goCallers, verifier: 'go-etcd', comparesFirstEntry: true } as const;

/**
 * DM-master: an embedded etcd, as PD is, whose two ports share the keys at the top of its file. With a CA it writes https in
 * its URLs itself. Source: pingcap/tiflow, dm/master/config.go.
 */
export const dmMaster: ComponentProfile = {
  component: 'dm-master',
  title: 'DM-master',
  file: 'dm-master',
  executable: 'dm-master',
  decidingKeys: /^(master-addr|v1-sources-path|rpc-rate-limit|rpc-rate-burst)$/,
  tellingKeys: /^(advertise-addr|peer-urls|advertise-peer-urls|initial-cluster|ssl-ca|ssl-cert|ssl-key)$/,
  securityKeys: dmKeys,
  flagsSet: 'paths-and-scheme',
  incompleteTls: 'DM-master serves plaintext or does not start',
  trimsAllowList: false,
  needsOwnCommonName: false,
  fatalAtStart: ['unreadable', 'key-mismatch', 'ca-without-certificate'],
  keepsCertificate: [{ what: 'every outgoing connection' }],
  verifiesServersBy: 'go',
  advertisedKeys: ['advertise-addr', 'advertise-peer-urls'],
  instanceEndpoint: 'client',
  mainEndpoint: 'client',
  endpoints: [
    {
      ...go,
      name: 'client',
      title: 'DM-master client port',
      defaultPort: 8261,
      callers,
      probe: { protocol: 'http', path: '/status', accept: 'any' },
      questions: {},
      calledBy: ['dm-master', 'dm-worker', 'prometheus', 'tiup', 'agent'],
    },
    {
      ...go,
      name: 'peer',
      title: 'DM-master peer port',
      defaultPort: 8291,
      callers,
      probe: { protocol: 'http', path: '/version', accept: 'any' },
      questions: {},
      calledBy: ['dm-master', 'agent'],
    },
  ],
  locate: (values, scheme) => {
    const client = locatePort(values, ['advertise-addr', 'master-addr'], { host: '127.0.0.1', port: 8261 }, scheme);
    const fallback = { host: client?.address.host ?? '127.0.0.1', port: 8291 };
    return portLocations({ client, peer: locatePort(values, ['advertise-peer-urls', 'peer-urls'], fallback, scheme) });
  },
};
