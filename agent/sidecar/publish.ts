import { errorMessage } from '../../credentials/error-text.js';
import type { Collector } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import type { Evaluated } from '../report/incidents-table.js';
import type { Turn } from './evaluation.js';
import type { SidecarOptions } from './options.js';

/** Sets the metrics to one evaluation's state, and yields to the event loop in between; stops when `signal` aborts. */
export async function publish(
  { metrics, logger }: SidecarOptions,
  collector: Collector,
  { findings, incidents }: Pick<Evaluated, 'findings' | 'incidents'>,
  { signal, turn }: { readonly signal: AbortSignal; readonly turn: Turn },
): Promise<void> {
  for (const set of [
    () => metrics.setFindings(findings),
    () => metrics.setIncidents(incidents),
    () => metrics.setInventory(collector.inventory, collector.targets),
    () => metrics.setObservations(collector.observations()),
    () => metrics.setCredentials(credentialEntries(collector)),
    () => metrics.setIdentities(collector.identities.current()),
  ]) {
    if (signal.aborted) {
      return;
    }
    try {
      set();
    } catch (error: unknown) {
      logger.error({ reason: errorMessage(error) }, 'some metrics keep their former values');
    }
    // In a large cluster each is slow, and probes under way must not wait for all of them.
    await turn();
  }
}
