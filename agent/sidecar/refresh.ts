import { errorMessage } from '../../credentials/error-text.js';
import { elapsed } from '../collect/elapsed.js';
import type { SidecarOptions } from './options.js';
import type { Runtime } from './runtime.js';

/**
 * Reads the inventory again at every refresh interval, until the runtime is stopped. `onChanged` gets a runtime with the
 * inventory that is another one, and puts it in force; `onUnchanged` is called otherwise.
 */
export async function refreshRepeatedly(
  { collector, stop: { signal } }: Runtime,
  { logger }: SidecarOptions,
  handlers: {
    readonly onChanged: (next: Runtime) => Promise<void>;
    readonly onUnchanged: () => Promise<void>;
  },
): Promise<void> {
  while (await elapsed(collector.config.refresh, signal)) {
    try {
      const next = await collector.refreshed();
      if (signal.aborted) {
        return;
      }
      await (next === undefined
        ? handlers.onUnchanged()
        : handlers.onChanged({ collector: next, stop: new AbortController() }));
    } catch (error: unknown) {
      logger.error({ reason: errorMessage(error) }, 'the inventory could not be refreshed');
    }
  }
}
