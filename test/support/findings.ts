import { Collector } from '../../agent/collect/collector.js';
import { observeOnce } from '../../agent/collect/cycle.js';
import { readAgentConfig } from '../../agent/config/load.js';
import type { Finding } from '../../checks/finding.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { patience } from './eventually.js';

interface Cycle {
  /** What happens once the files are read. */
  readonly act?: () => Promise<void>;
  readonly timeout?: number;
}

/** The findings of one cycle over the cluster, without negative probes. */
export async function findingsOf(
  cluster: DevCluster,
  { act = async () => undefined, timeout = patience }: Cycle = {},
): Promise<readonly Finding[]> {
  const config = readAgentConfig(cluster.agentConfig);
  const collector = await Collector.create(
    { ...config, probe: { ...config.probe, timeout, negativeInterval: undefined } },
    { now: () => new Date(), onReload: () => undefined },
  );
  await collector.readCredentials();
  await act();
  await observeOnce(collector, new AbortController().signal);
  return collector.evaluate();
}

/** What failed, as `check component/endpoint as identity`. */
export function failed(findings: readonly Finding[]): readonly string[] {
  const lines = findings
    .filter(({ status }) => status === 'fail')
    .map(
      ({ check, component, endpoint, identity }) =>
        `${check} ${component}${endpoint ? `/${endpoint}` : ''}${identity ? ` as ${identity}` : ''}`,
    );
  return [...new Set(lines)].sort();
}
