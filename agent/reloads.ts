import { messageOf } from './error.js';
import { createGeneration, type Generation } from './generation.js';
import type { SidecarOptions } from './sidecar.js';

/** What became of a reload, in words for whoever asked for it. */
export interface Reloaded {
  readonly ok: boolean;
  readonly message: string;
}

/** Takes the configuration anew; on a bad one everything stays as it was. */
export class Reloads {
  readonly #options: SidecarOptions;
  readonly #take: (next: Generation) => Promise<void>;

  /** `take` puts a generation in force at once, and resolves after the first look with it. */
  constructor(options: SidecarOptions, take: (next: Generation) => Promise<void>) {
    this.#options = options;
    this.#take = take;
  }

  async reload(): Promise<Reloaded> {
    const { metrics, logger, now } = this.#options;
    let next: Generation;
    try {
      next = await createGeneration(this.#options);
    } catch (error: unknown) {
      metrics.recordConfigReload(false, now());
      logger.error({ reason: messageOf(error) }, 'configuration not reloaded; the one in force stays');
      return { ok: false, message: messageOf(error) };
    }
    metrics.recordConfigReload(true, now());
    logger.info('configuration reloaded');
    try {
      await this.#take(next);
    } catch (error: unknown) {
      const message = 'configuration reloaded, but the first look with it failed';
      logger.error({ reason: messageOf(error) }, message);
      return { ok: false, message: `${message}: ${messageOf(error)}` };
    }
    return { ok: true, message: 'configuration reloaded' };
  }
}
