import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import type { FromWorker, ListenerCredentials, ToWorker } from './messages.js';

/** What a killed worker counted since its last report is lost, hence often; in milliseconds. */
const reportMilliseconds = 5_000;

/** The credentials that the parent passes to a worker at its start; none in a process that is no worker. */
export async function inheritedCredentials(): Promise<ListenerCredentials> {
  if (!cluster.isWorker) {
    return {};
  }
  return await new Promise((resolve) => {
    const begin = (message: ToWorker) => {
      if (message.kind === 'begin') {
        process.off('message', begin);
        resolve(message.credentials);
      }
    };
    process.on('message', begin);
    reportToParent({ kind: 'started' });
  });
}

/** Does nothing once the channel is closed: a request may still come after the last report. */
export function reportToParent(message: FromWorker): void {
  if (process.connected) {
    process.send?.(message);
  }
}

/** Reports this worker's metrics at an interval and on request; the returned function reports them a last time. */
export function reportMetrics(registry: Registry): () => Promise<void> {
  const report = async () => reportToParent({ kind: 'metrics', values: await registry.getMetricsAsJSON() });
  const timer = setInterval(() => void report(), reportMilliseconds);
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'metrics-request') {
      void report();
    }
  });
  return () => {
    clearInterval(timer);
    return report();
  };
}
