import type { ComponentName } from '../components/profile.js';

/** The parts of an instance in a topology that its settings are derived from. */
export interface TiupInstance {
  readonly host: string;
  readonly scheme: 'https' | 'http';
  /** The port under this key of the topology, or its default. */
  readonly port: (key: string) => number;
  /** The text under another key; undefined when not set. */
  readonly text: (key: string) => string | undefined;
}

/** One list of a TiUP topology. Source: TiUP's specification of its topology file. */
export interface TiupSection {
  readonly component: ComponentName;
  readonly list: string;
  /** Its table under `server_configs`. */
  readonly configs: string;
  /** The first part of the name of the deploy directory, and the name of the certificate. */
  readonly role: string;
  /** The default of each port. The first one is the last part of the name of the deploy directory. */
  readonly ports: Readonly<Record<string, number>>;
  /** The settings that TiUP derives from host and ports. */
  readonly settings: (instance: TiupInstance) => Readonly<Record<string, unknown>>;
}

const tidb: TiupSection = {
  component: 'tidb',
  list: 'tidb_servers',
  configs: 'tidb',
  role: 'tidb',
  ports: { port: 4000, status_port: 10080 },
  settings: ({ host, port, text }) => ({
    'advertise-address': text('advertise_address') ?? host,
    'status.status-port': port('status_port'),
  }),
};

const pd: TiupSection = {
  component: 'pd',
  list: 'pd_servers',
  configs: 'pd',
  role: 'pd',
  ports: { client_port: 2379, peer_port: 2380 },
  settings: ({ host, scheme, port, text }) => ({
    name: text('name') ?? `pd-${host}-${port('client_port')}`,
    'client-urls': `${scheme}://${bracketed(host)}:${port('client_port')}`,
    'advertise-client-urls': text('advertise_client_addr') ?? `${scheme}://${bracketed(host)}:${port('client_port')}`,
    'peer-urls': `${scheme}://${bracketed(host)}:${port('peer_port')}`,
    'advertise-peer-urls': text('advertise_peer_addr') ?? `${scheme}://${bracketed(host)}:${port('peer_port')}`,
  }),
};

const tikv: TiupSection = {
  component: 'tikv',
  list: 'tikv_servers',
  configs: 'tikv',
  role: 'tikv',
  ports: { port: 20160, status_port: 20180 },
  settings: ({ host, port, text }) => ({
    'server.addr': `${bracketed(host)}:${port('port')}`,
    'server.advertise-addr': text('advertise_addr') ?? `${bracketed(host)}:${port('port')}`,
    'server.status-addr': `${bracketed(host)}:${port('status_port')}`,
    'server.advertise-status-addr': text('advertise_status_addr') ?? `${bracketed(host)}:${port('status_port')}`,
  }),
};

const tiflash: TiupSection = {
  component: 'tiflash',
  list: 'tiflash_servers',
  configs: 'tiflash',
  role: 'tiflash',
  ports: {
    tcp_port: 9000,
    flash_service_port: 3930,
    flash_proxy_port: 20170,
    flash_proxy_status_port: 20292,
    metrics_port: 8234,
  },
  settings: ({ host, port }) => ({
    'flash.service_addr': `${bracketed(host)}:${port('flash_service_port')}`,
    'flash.proxy.advertise-addr': `${bracketed(host)}:${port('flash_proxy_port')}`,
    'flash.proxy.advertise-status-addr': `${bracketed(host)}:${port('flash_proxy_status_port')}`,
    'status.metrics_port': port('metrics_port'),
  }),
};

const ticdc: TiupSection = {
  component: 'ticdc',
  list: 'cdc_servers',
  configs: 'cdc',
  role: 'cdc',
  ports: { port: 8300 },
  settings: ({ host, port }) => ({
    addr: `${bracketed(host)}:${port('port')}`,
    'advertise-addr': `${bracketed(host)}:${port('port')}`,
  }),
};

const tikvCdc: TiupSection = {
  ...ticdc,
  component: 'tikv-cdc',
  list: 'kvcdc_servers',
  configs: 'kvcdc',
  role: 'tikv-cdc',
  ports: { port: 8600 },
};

const tiproxy: TiupSection = {
  component: 'tiproxy',
  list: 'tiproxy_servers',
  configs: 'tiproxy',
  role: 'tiproxy',
  ports: { port: 6000, status_port: 3080 },
  settings: ({ host, port }) => ({ 'api.addr': `${bracketed(host)}:${port('status_port')}` }),
};

export const tiupSections: readonly TiupSection[] = [
  pd,
  microservice('tso', 'tso_servers', 'tso'),
  microservice('scheduling', 'scheduling_servers', 'scheduling'),
  microservice('resource-manager', 'resource_manager_servers', 'resource_manager'),
  microservice('router', 'router_servers', 'router'),
  tikv,
  tidb,
  tiflash,
  ticdc,
  tikvCdc,
  tiproxy,
];

function microservice(component: ComponentName, list: string, configs: string): TiupSection {
  return {
    component,
    list,
    configs,
    role: component,
    ports: { port: 3379 },
    settings: ({ host, scheme, port }) => ({
      'listen-addr': `${scheme}://${bracketed(host)}:${port('port')}`,
      'advertise-listen-addr': `${scheme}://${bracketed(host)}:${port('port')}`,
    }),
  };
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
