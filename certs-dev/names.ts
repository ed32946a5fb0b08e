/** The Common Names of TiDB's documentation, and names in the same style for the other components and the agent. */
export const componentCommonNames = {
  tidb: 'TiDB-Server',
  tikv: 'TiKV-Server',
  pd: 'PD-Server',
  tiflash: 'TiFlash-Server',
  ticdc: 'TiCDC-Server',
  tiproxy: 'TiProxy-Server',
  tso: 'TSO-Server',
  scheduling: 'Scheduling-Server',
  'resource-manager': 'Resource-Manager-Server',
  router: 'Router-Server',
  'tikv-cdc': 'TiKV-CDC-Server',
  'dm-master': 'DM-Master-Server',
  'dm-worker': 'DM-Worker-Server',
  other: 'Other-Server',
  prometheus: 'Prometheus',
  'pd-ctl': 'PD-Control',
  'tikv-ctl': 'TiKV-Control',
  agent: 'TiDB-mTLS-Agent',
} as const;

export type PairName = keyof typeof componentCommonNames;
