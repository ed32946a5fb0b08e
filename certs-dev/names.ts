/** The Common Names of TiDB's documentation, ours in the same manner, and the agent's own. */
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
  prometheus: 'Prometheus',
  'pd-ctl': 'PD-Control',
  'tikv-ctl': 'TiKV-Control',
  agent: 'TiDB-mTLS-Agent',
} as const;

export type PairName = keyof typeof componentCommonNames;
