import { type Finding, type Status, summarize } from '../checks/finding.js';
import type { Metrics } from './agent-registry.js';
import { instanceLabels, type Labels } from './labels.js';
import { statusSeriesOf } from './status-series.js';

const severity: Readonly<Record<Status, number>> = { pass: 0, accepted: 0, unknown: 1, warn: 2, fail: 3 };

const replaced = [
  'findingStatus',
  'findings',
  'caChanged',
  'callerAccepted',
  'unauthorizedClientRejected',
  'servedMatchesFile',
] as const;

/** Replaces the series that are made of findings. */
export function setFindings(metrics: Metrics, findings: readonly Finding[]): void {
  for (const key of replaced) {
    metrics[key].reset();
  }
  for (const { labels, value } of worstOf(findings)) {
    metrics.findingStatus.set(labels, value);
  }
  for (const finding of findings) {
    const series = statusSeriesOf(finding);
    if (series !== undefined) {
      metrics[series.metric].set(series.labels, series.value);
    }
  }
  for (const [status, count] of Object.entries(summarize(findings))) {
    metrics.findings.set({ status }, count);
  }
}

/** A check may have several findings with the same labels, as one per certificate of a file. */
function worstOf(findings: readonly Finding[]): Iterable<{ readonly labels: Labels; readonly value: number }> {
  const worst = new Map<string, { readonly labels: Labels; readonly value: number }>();
  for (const { check, component, instance, endpoint = '', identity = '', status } of findings) {
    const labels = { check, ...instanceLabels(component, instance), endpoint, identity };
    const key = JSON.stringify(labels);
    const value = Math.max(severity[status], worst.get(key)?.value ?? 0);
    worst.set(key, { labels, value });
  }
  return worst.values();
}
