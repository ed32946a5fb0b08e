import type { Logger } from 'pino';

/**
 * SIGHUP, from the moment of construction: with nobody listening to it, it ends the process. One that comes while there
 * is nothing to reload yet is kept.
 */
export class Hangups {
  readonly #logger: Logger;
  readonly #heard = () => this.#reloadOrKeep();
  #reload: (() => void) | undefined;
  #kept = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    process.on('SIGHUP', this.#heard);
  }

  /** From now on each one reloads, and those that were kept do so once. */
  reloadWith(reload: () => void): void {
    this.#reload = reload;
    if (this.#kept) {
      reload();
    }
  }

  /** Leaves the signal to others. */
  end(): void {
    process.off('SIGHUP', this.#heard);
  }

  #reloadOrKeep(): void {
    if (this.#reload === undefined) {
      this.#kept = true;
      this.#logger.info('asked to reload while starting; it is done when the start is over');
    } else {
      this.#reload();
    }
  }
}
