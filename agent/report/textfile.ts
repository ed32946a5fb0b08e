import type { Finding } from '../../checks/finding.js';
import { AgentMetrics } from '../../metrics/agent-metrics.js';
import { definitions, type MetricKey } from '../../metrics/definitions.js';
import type { Collector } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { readVersion } from '../process/version.js';

/** Gauges that only make sense for a process that keeps running. */
const ofTheProcess: readonly MetricKey[] = ['configReloadOk', 'configReloadAt'];

/**
 * The gauges of `/metrics` for node_exporter's textfile collector. Counters are left out: each run would start them at 0.
 * So are metrics that node_exporter has itself.
 */
export function renderTextfile(collector: Collector, findings: readonly Finding[], now: Date): Promise<string> {
  const metrics = new AgentMetrics();
  metrics.setBuildInfo({ version: readVersion() });
  metrics.setInventory(collector.inventory);
  metrics.setCredentials(credentialEntries(collector));
  metrics.setObservations(collector.observations());
  metrics.setFindings(findings, now);
  const keys = Object.keys(definitions) as MetricKey[];
  return metrics.render(keys.filter((key) => definitions[key].type === 'gauge' && !ofTheProcess.includes(key)));
}
