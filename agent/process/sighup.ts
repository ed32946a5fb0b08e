import type { Logger } from 'pino';

/**
 * Handles SIGHUP from its construction on: without a handler the signal would end the process. One that comes before
 * there is anything to reload is kept, and reloads later.
 */
export class SighupHandler {
  readonly #logger: Logger;
  readonly #handle = () => this.#reloadOrKeep();
  #reload: (() => void) | undefined;
  #kept = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    process.on('SIGHUP', this.#handle);
  }

  /** From now on each signal reloads. Those that were kept reload once. */
  reloadWith(reload: () => void): void {
    this.#reload = reload;
    if (this.#kept) {
      reload();
    }
  }

  /** No longer handles the signal. */
  end(): void {
    process.off('SIGHUP', this.#handle);
  }

  #reloadOrKeep(): void {
    if (this.#reload === undefined) {
      this.#kept = true;
      this.#logger.info('SIGHUP during the start: the configuration is reloaded once the agent has started');
    } else {
      this.#reload();
    }
  }
}
