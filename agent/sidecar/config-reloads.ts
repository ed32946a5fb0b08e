import { errorMessage } from '../../credentials/error-text.js';
import type { Collector } from '../collect/collector.js';
import { hintOf } from '../config/error.js';
import type { SidecarOptions } from './options.js';
import { createRuntime, type Runtime } from './runtime.js';

/** The result of a reload, with a message for the client that asked for it. */
export interface Reloaded {
  readonly ok: boolean;
  readonly message: string;
}

type Read = { readonly next: Runtime } | { readonly error: unknown };

/**
 * Reads the configuration again; a bad one changes nothing. One reload runs at a time, its first cycle included, and all
 * that are requested meanwhile are one, which reads the latest file.
 */
export class ConfigReloads {
  readonly #options: SidecarOptions;
  readonly #current: () => Collector;
  readonly #replace: (next: Runtime) => Promise<void>;
  readonly #stop: AbortSignal;
  /** The one that has not begun. */
  #waiting: Promise<Reloaded> | undefined;
  #latest: Promise<unknown> = Promise.resolve();

  /** `current` is the collector in force. `replace` puts a runtime in force at once, and resolves after its first cycle. */
  constructor(
    options: SidecarOptions,
    current: () => Collector,
    replace: (next: Runtime) => Promise<void>,
    stop: AbortSignal,
  ) {
    this.#options = options;
    this.#current = current;
    this.#replace = replace;
    this.#stop = stop;
  }

  reload(): Promise<Reloaded> {
    if (this.#waiting === undefined) {
      this.#waiting = this.#latest.then(() => this.#reload());
      // Whoever asked for it handles its failure.
      this.#latest = this.#waiting.catch(() => undefined);
    }
    return this.#waiting;
  }

  async #reload(): Promise<Reloaded> {
    this.#waiting = undefined;
    const read = await createRuntime(this.#options, this.#current).then(
      (next): Read => ({ next }),
      (error: unknown): Read => ({ error }),
    );
    return await this.#apply(read);
  }

  async #apply(read: Read): Promise<Reloaded> {
    const { metrics, logger, now } = this.#options;
    if (this.#stop.aborted) {
      const message = 'configuration not reloaded: the agent is stopping';
      logger.info(message);
      return { ok: false, message };
    }
    if ('error' in read) {
      metrics.recordConfigReload(false, now());
      const reason = errorMessage(read.error);
      const hint = hintOf(read.error);
      logger.error({ reason, hint }, 'configuration not reloaded; the previous one stays in use');
      return { ok: false, message: hint === undefined ? reason : `${reason}: ${hint}` };
    }
    metrics.recordConfigReload(true, now());
    logger.info('configuration reloaded');
    try {
      await this.#replace(read.next);
    } catch (error: unknown) {
      const message = 'configuration reloaded, but the first cycle with it failed';
      logger.error({ reason: errorMessage(error) }, message);
      return { ok: false, message: `${message}: ${errorMessage(error)}` };
    }
    return { ok: true, message: 'configuration reloaded' };
  }
}
