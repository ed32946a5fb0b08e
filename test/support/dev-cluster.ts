import { readFileSync, writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { type DevCluster, type DevClusterOptions, startDevCluster } from '../../devcluster/dev-cluster.js';
import { patience } from './eventually.js';

/** A dev cluster that goes with the test; its agent.toml waits for every answer. */
export async function devCluster(t: Pick<Test, 'teardown'>, options: DevClusterOptions = {}): Promise<DevCluster> {
  const cluster = await startDevCluster(options);
  t.teardown(() => cluster.stop());
  const { agentConfig } = cluster;
  const usual = readFileSync(agentConfig, 'utf8');
  writeFileSync(agentConfig, usual.replace('timeout = "2s"', `timeout = "${patience / 1_000}s"`));
  return cluster;
}
