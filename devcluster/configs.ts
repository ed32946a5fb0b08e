import { componentCommonNames } from '../certs-dev/names.js';
import type { ComponentName } from '../cluster/profile.js';

/** Ports by `component/endpoint`. */
export type Ports = Readonly<Record<string, number>>;

const { tidb, pd, tikv, agent, prometheus } = componentCommonNames;

/** A component's file as TiUP would write it, with an allow-list that holds every caller. */
export function componentConfig(component: ComponentName, ports: Ports): string {
  switch (component) {
    case 'tidb':
      return `host = "127.0.0.1"
advertise-address = "127.0.0.1"

[status]
status-port = ${ports['tidb/status']}

[security]
cluster-ssl-ca = "tls/ca.crt"
cluster-ssl-cert = "tls/tidb.crt"
cluster-ssl-key = "tls/tidb.pem"
cluster-verify-cn = ${JSON.stringify([tidb, pd, prometheus, agent])}
`;
    case 'pd':
      return `name = "pd"
client-urls = "https://127.0.0.1:${ports['pd/client']}"
advertise-client-urls = "https://127.0.0.1:${ports['pd/client']}"
peer-urls = "https://127.0.0.1:${ports['pd/peer']}"
advertise-peer-urls = "https://127.0.0.1:${ports['pd/peer']}"

[security]
cacert-path = "tls/ca.crt"
cert-path = "tls/pd.crt"
key-path = "tls/pd.pem"
cert-allowed-cn = ${JSON.stringify([pd, tidb, tikv, prometheus, agent])}
`;
    case 'tikv':
      return `[server]
addr = "127.0.0.1:${ports['tikv/grpc']}"
advertise-addr = "127.0.0.1:${ports['tikv/grpc']}"
status-addr = "127.0.0.1:${ports['tikv/status']}"
advertise-status-addr = "127.0.0.1:${ports['tikv/status']}"

[security]
ca-path = "tls/ca.crt"
cert-path = "tls/tikv.crt"
key-path = "tls/tikv.pem"
cert-allowed-cn = ${JSON.stringify([tidb, pd, tikv, prometheus, agent])}
`;
  }
}

/** The agent's own file beside them. */
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
