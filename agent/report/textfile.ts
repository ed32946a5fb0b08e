import type { Finding } from '../../checks/finding.js';
import { AgentMetrics } from '../../metrics/agent-metrics.js';
import { definitions, type MetricKey } from '../../metrics/definitions.js';
import type { Collector } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { readVersion } from '../process/version.js';

/** Gauges of a process that goes on running. */
const ofTheProcess: readonly MetricKey[] = ['configReloadOk', 'configReloadAt'];

/**
 * What `/metrics` would say now, for node_exporter's textfile collector: gauges only, since a counter that begins anew
 * at every look counts nothing, and no metric that node_exporter has itself.
 */
export function renderTextfile(collector: Collector, findings: readonly Finding[], now: Date): string {
  const metrics = new AgentMetrics();
  metrics.setBuildInfo({ version: readVersion() });
  metrics.setInventory(collector.inventory);
  metrics.setCredentials(credentialEntries(collector));
  metrics.setObservations(collector.observations());
  metrics.setFindings(findings, now);
  const keys = Object.keys(definitions) as MetricKey[];
  const gauges = keys.filter((key) => definitions[key].type === 'gauge' && !ofTheProcess.includes(key));
  return metrics.textOf(gauges);
}
