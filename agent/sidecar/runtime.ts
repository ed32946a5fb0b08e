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
    onProbeFailure: ({ instance, endpoint }, exception) => {
      const port = { component: instance.component, instance: instance.name, endpoint: endpoint.name };
      logger.error({ ...port, exception }, 'a probe itself failed; the port has no new result');
    },
    onReload: (event, certificate) => {
      metrics.recordReload(event.outcome === 'reloaded' ? 'success' : 'failure');
      const { outcome, error } = event;
      if (error === undefined) {
        logger.info({ certificate, outcome }, `probes present the new key and certificate of ${certificate}`);
      } else {
        const message = `the new key and certificate of ${certificate} cannot be used; probes keep the old ones`;
        logger.warn({ certificate, outcome, reason: error.message }, message);
      }
    },
  };
  const collector = await Collector.create(readConfig(), options, current);
  return { collector, stop: new AbortController() };
}
