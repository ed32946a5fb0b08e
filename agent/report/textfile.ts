import type { Incident } from '../../checks/causes/cause.js';
import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import { AgentMetrics } from '../../metrics/agent-metrics.js';
import type { CredentialEntry } from '../../metrics/credential-metrics.js';
import { definitions, type MetricKey } from '../../metrics/definitions.js';
import { readVersion } from '../process/version.js';

/** What one run found; `checkedAt` is when the checks ran. */
export interface TextfileContent {
  readonly inventory: Inventory;
  readonly credentials: readonly CredentialEntry[];
  readonly observations: readonly EndpointObservation[];
  readonly findings: readonly Finding[];
  readonly incidents: readonly Incident[];
  readonly checkedAt: Date;
}

/** Gauges of a process that keeps running. */
const processGauges: readonly MetricKey[] = ['configReloadOk', 'configReloadAt'];

/**
 * The gauges of `/metrics` as text for node_exporter's textfile collector. Without counters, which would start at 0 in
 * each run, and without metrics that node_exporter has itself.
 */
export function renderTextfile(content: TextfileContent): Promise<string> {
  const { inventory, credentials, observations, findings, incidents, checkedAt } = content;
  const metrics = new AgentMetrics();
  metrics.setBuildInfo({ version: readVersion() });
  metrics.setInventory(inventory);
  metrics.setCredentials(credentials);
  metrics.setObservations(observations);
  metrics.setFindings(findings, checkedAt);
  metrics.setIncidents(incidents);
  const keys = Object.keys(definitions) as MetricKey[];
  return metrics.render(keys.filter((key) => definitions[key].type === 'gauge' && !processGauges.includes(key)));
}
