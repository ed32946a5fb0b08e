import { componentCommonNames } from '../certs-dev/names.js';
import type { ComponentName, EndpointName } from '../cluster/components/profile.js';
import { profiles } from '../cluster/components/profiles.js';

/** The input of a member's configuration files. */
interface ConfigContext {
  readonly name: string;
  readonly address: (endpoint: EndpointName) => string;
  readonly pdAddresses: readonly string[];
}

/** A component's files in the layout of TiUP, by name. The allow-lists contain every caller and no other name. */
export function componentConfigs(component: ComponentName, context: ConfigContext): Readonly<Record<string, string>> {
  return writers[component](context);
}

const writers: Readonly<Record<ComponentName, (context: ConfigContext) => Readonly<Record<string, string>>>> = {
  tidb: ({ address }) => ({
    'tidb.toml': `host = "127.0.0.1"
advertise-address = "127.0.0.1"

[status]
status-port = ${portOf(address('status'))}

[security]
cluster-ssl-ca = "tls/ca.crt"
cluster-ssl-cert = "tls/tidb.crt"
cluster-ssl-key = "tls/tidb.pem"
cluster-verify-cn = ${names('tidb', ['status'])}
`,
  }),
  pd: ({ name, address }) => ({
    'pd.toml': `name = "${name}"
client-urls = "https://${address('client')}"
advertise-client-urls = "https://${address('client')}"
peer-urls = "https://${address('peer')}"
advertise-peer-urls = "https://${address('peer')}"

[security]
cacert-path = "tls/ca.crt"
cert-path = "tls/pd.crt"
key-path = "tls/pd.pem"
cert-allowed-cn = ${names('pd', ['client', 'peer'])}
`,
  }),
  tikv: ({ address }) => ({
    'tikv.toml': `[server]
addr = "${address('grpc')}"
advertise-addr = "${address('grpc')}"
status-addr = "${address('status')}"
advertise-status-addr = "${address('status')}"

${dashedSecurity('tikv', names('tikv', ['grpc', 'status']))}`,
  }),
  tiflash: ({ address, pdAddresses }) => ({
    'tiflash.toml': `[flash]
service_addr = "${address('grpc')}"

[flash.proxy]
config = "conf/tiflash-learner.toml"

[raft]
pd_addr = "${pdAddresses.join(',')}"

[status]
metrics_port = ${portOf(address('metrics'))}

[security]
ca_path = "tls/ca.crt"
cert_path = "tls/tiflash.crt"
key_path = "tls/tiflash.pem"
cert_allowed_cn = ${names('tiflash', ['grpc', 'metrics'])}
`,
    'tiflash-learner.toml': `[server]
engine-addr = "${address('grpc')}"
addr = "${address('proxy')}"
advertise-addr = "${address('proxy')}"
status-addr = "${address('status')}"
advertise-status-addr = "${address('status')}"

${dashedSecurity('tiflash', names('tiflash', ['proxy', 'status']))}`,
  }),
  ticdc: ({ address }) => ({
    'ticdc.toml': `addr = "${address('api')}"
advertise-addr = "${address('api')}"

${dashedSecurity('ticdc', names('ticdc', ['api']))}`,
  }),
  tiproxy: ({ address, pdAddresses }) => ({
    'tiproxy.toml': `[proxy]
pd-addrs = "${pdAddresses.join(',')}"

[api]
addr = "${address('api')}"

[security.cluster-tls]
ca = "tls/ca.crt"
cert = "tls/tiproxy.crt"
key = "tls/tiproxy.pem"

[security.server-http-tls]
ca = "tls/ca.crt"
cert = "tls/tiproxy.crt"
key = "tls/tiproxy.pem"
cert-allowed-cn = ${names('tiproxy', ['api'])}
`,
  }),
  tso: (context) => microservice('tso', context),
  scheduling: (context) => microservice('scheduling', context),
  'resource-manager': (context) => microservice('resource-manager', context),
  router: (context) => microservice('router', context),
  'tikv-cdc': ({ address }) => ({
    'tikv-cdc.toml': `addr = "${address('api')}"
advertise-addr = "${address('api')}"

${dashedSecurity('tikv-cdc', names('tikv-cdc', ['api']))}`,
  }),
  // It compares the first entry only, so that its callers would have to share one name.
  'dm-master': ({ address }) => ({
    'dm-master.toml': `master-addr = "${address('client')}"
advertise-addr = "${address('client')}"
peer-urls = "https://${address('peer')}"
advertise-peer-urls = "https://${address('peer')}"
${dmSecurity('dm-master')}`,
  }),
  'dm-worker': ({ address }) => ({
    'dm-worker.toml': `worker-addr = "${address('api')}"
advertise-addr = "${address('api')}"
${dmSecurity('dm-worker')}cert-allowed-cn = ${names('dm-worker', ['api'])}
`,
  }),
  other: () => ({}),
};

function microservice(component: ComponentName, { address, pdAddresses }: ConfigContext) {
  return {
    [`${component}.toml`]: `backend-endpoints = "${pdAddresses.map((one) => `https://${one}`).join(',')}"
listen-addr = "https://${address('service')}"
advertise-listen-addr = "https://${address('service')}"

[security]
cacert-path = "tls/ca.crt"
cert-path = "tls/${component}.crt"
key-path = "tls/${component}.pem"
cert-allowed-cn = ${names(component, ['service'])}
`,
  };
}

function dashedSecurity(component: ComponentName, list: string): string {
  return `[security]
ca-path = "tls/ca.crt"
cert-path = "tls/${component}.crt"
key-path = "tls/${component}.pem"
cert-allowed-cn = ${list}
`;
}

function dmSecurity(component: ComponentName): string {
  return `ssl-ca = "tls/ca.crt"
ssl-cert = "tls/${component}.crt"
ssl-key = "tls/${component}.pem"
`;
}

/** The Common Names of the callers of these ports, as a TOML array. */
function names(component: ComponentName, endpoints: readonly EndpointName[]): string {
  const callers = profiles[component].endpoints
    .filter(({ name }) => endpoints.includes(name))
    .flatMap(({ calledBy }) => calledBy);
  const known: Readonly<Record<string, string>> = componentCommonNames;
  const listed = callers.flatMap((caller) => known[caller] ?? []);
  return `[${[...new Set(listed)].map((name) => `"${name}"`).join(', ')}]`;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

/** The agent's configuration file. */
export function agentConfig(): string {
  return `[security]
ca-path = "agent/tls/ca.crt"
cert-path = "agent/tls/agent.crt"
key-path = "agent/tls/agent.pem"

[cluster]
configs = ["*/conf/*.toml"]

[probe]
interval = "5s"
timeout = "2s"
`;
}
