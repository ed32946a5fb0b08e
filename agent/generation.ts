import { Observer } from './observer.js';
import type { SidecarOptions } from './sidecar.js';

/** What changes together when the configuration is read again. */
export interface Generation {
  readonly observer: Observer;
  readonly stop: AbortController;
}

export async function createGeneration({ readConfig, now, metrics, logger }: SidecarOptions): Promise<Generation> {
  const observer = await Observer.create(readConfig(), {
    now,
    onReload: (event) => {
      metrics.recordReload(event.outcome === 'reloaded' ? 'success' : 'failure');
      const log = event.error === undefined ? logger.info.bind(logger) : logger.warn.bind(logger);
      log({ outcome: event.outcome, reason: event.error?.message }, 'own credentials changed on disk');
    },
  });
  return { observer, stop: new AbortController() };
}
