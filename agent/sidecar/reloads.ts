import { errorMessage } from '../../credentials/error-text.js';
import type { Collector } from '../collect/collector.js';
import type { SidecarOptions } from './options.js';
import { createRuntime, type Runtime } from './runtime.js';

/** What became of a reload, in words for whoever asked for it. */
export interface Reloaded {
  readonly ok: boolean;
  readonly message: string;
}

type Read = { readonly next: Runtime } | { readonly error: unknown };

/**
 * Takes the configuration anew; on a bad one everything stays as it was. Reloads may overlap, as where PD keeps one
 * waiting: one that ends after a later one has read an older file, changes nothing, and answers as the later one.
 */
export class Reloads {
  readonly #options: SidecarOptions;
  readonly #current: () => Collector;
  readonly #take: (next: Runtime) => Promise<void>;
  readonly #stop: AbortSignal;
  #asked = 0;
  #latest: { readonly number: number; readonly answer: Promise<Reloaded> } | undefined;

  /**
   * `take` puts a generation in force at once, and resolves after the first look with it; not after `stop`. `current` is
   * the observer in force.
   */
  constructor(
    options: SidecarOptions,
    current: () => Collector,
    take: (next: Runtime) => Promise<void>,
    stop: AbortSignal,
  ) {
    this.#options = options;
    this.#current = current;
    this.#take = take;
    this.#stop = stop;
  }

  async reload(): Promise<Reloaded> {
    this.#asked += 1;
    const number = this.#asked;
    const read = await createRuntime(this.#options, this.#current).then(
      (next): Read => ({ next }),
      (error: unknown): Read => ({ error }),
    );
    if (this.#latest === undefined || this.#latest.number < number) {
      this.#latest = { number, answer: this.#end(read) };
    } else {
      this.#options.logger.info('a reload was overtaken by a later one');
    }
    return await this.#latest.answer;
  }

  async #end(read: Read): Promise<Reloaded> {
    const { metrics, logger, now } = this.#options;
    if (this.#stop.aborted) {
      const message = 'configuration not reloaded: the agent is stopping';
      logger.info(message);
      return { ok: false, message };
    }
    if ('error' in read) {
      metrics.recordConfigReload(false, now());
      logger.error({ reason: errorMessage(read.error) }, 'configuration not reloaded; the one in force stays');
      return { ok: false, message: errorMessage(read.error) };
    }
    metrics.recordConfigReload(true, now());
    logger.info('configuration reloaded');
    try {
      await this.#take(read.next);
    } catch (error: unknown) {
      const message = 'configuration reloaded, but the first look with it failed';
      logger.error({ reason: errorMessage(error) }, message);
      return { ok: false, message: `${message}: ${errorMessage(error)}` };
    }
    return { ok: true, message: 'configuration reloaded' };
  }
}
