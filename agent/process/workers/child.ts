import cluster from 'node:cluster';
import type { Registry } from 'prom-client';
import type { Inheritance } from '../../../credentials/credential-store.js';
import type { FromWorker, ToWorker } from './messages.js';

/** What a worker that is killed had counted since is lost, so the parent is told often; in milliseconds. */
const tellMilliseconds = 5_000;

/** The pairs that the parent hands to a worker at its start, by listener; none in a process that is no worker. */
export async function inheritedPairs(): Promise<Readonly<Record<string, Inheritance>>> {
  if (!cluster.isWorker) {
    return {};
  }
  return await new Promise((resolve) => {
    const take = (message: ToWorker) => {
      if (message.kind === 'begin') {
        process.off('message', take);
        resolve(message.pairs);
      }
    };
    process.on('message', take);
    reportToParent({ kind: 'started' });
  });
}

/** Says nothing once the channel is closed: a question may still come in between the last figures and the end. */
export function reportToParent(message: FromWorker): void {
  if (process.connected) {
    process.send?.(message);
  }
}

/** Tells the parent this worker's metrics, now and then and when asked; the function returned tells them a last time. */
export function reportFigures(registry: Registry): () => Promise<void> {
  const tell = async () => reportToParent({ kind: 'figures', figures: await registry.getMetricsAsJSON() });
  const timer = setInterval(() => void tell(), tellMilliseconds);
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'ask-figures') {
      void tell();
    }
  });
  return () => {
    clearInterval(timer);
    return tell();
  };
}
