import pino from 'pino';
import type { Test } from 'tap';
import { type Served, serve } from '../../agent/cli/serve.js';
import type { AgentConfig } from '../../agent/config/agent-config.js';
import { readAgentConfig } from '../../agent/config/load.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';

export interface ServedOptions {
  readonly web?: Partial<AgentConfig['web']>;
  readonly probe?: Partial<AgentConfig['probe']>;
}

/** What `run` serves of a dev cluster, in this process, on a free port; silent, and gone with the test. */
export async function servedAgent(
  t: Pick<Test, 'teardown'>,
  { agentConfig }: DevCluster,
  { web, probe }: ServedOptions = {},
): Promise<Served> {
  const readConfig = () => {
    const config = readAgentConfig(agentConfig);
    return { ...config, web: { ...config.web, port: 0, ...web }, probe: { ...config.probe, ...probe } };
  };
  const served = await serve({ readConfig, logger: pino({ level: 'silent' }) });
  t.teardown(() => served.stop());
  return served;
}
