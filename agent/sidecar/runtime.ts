import { Collector, type CollectorOptions } from '../collect/collector.js';
import type { SidecarOptions } from './options.js';

/** What is replaced as a whole when the configuration or the inventory changes. */
export interface Runtime {
  readonly collector: Collector;
  readonly stop: AbortController;
}

/** Reads the configuration. `current` is the collector in force, whose negative probes still count. */
export async function createRuntime(
  { readConfig, now, metrics, logger }: SidecarOptions,
  current?: () => Collector,
): Promise<Runtime> {
  const options: CollectorOptions = {
    now,
    onReload: (event, certificate) => {
      metrics.recordReload(event.outcome === 'reloaded' ? 'success' : 'failure');
      const log = event.error === undefined ? logger.info.bind(logger) : logger.warn.bind(logger);
      log(
        { certificate, outcome: event.outcome, reason: event.error?.message },
        'a certificate that probes present changed on disk',
      );
    },
  };
  const collector = await Collector.create(readConfig(), options, current);
  return { collector, stop: new AbortController() };
}
