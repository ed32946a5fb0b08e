import { setImmediate as turn } from 'node:timers/promises';
import { elapsed } from '../collect/elapsed.js';

/** The most CPU time that evaluations may use, as a share, however large the cluster is. */
const share = 0.02;

/**
 * Runs the checks again whenever there is new evidence: at once in a small cluster, where it costs a millisecond, and as
 * rarely as the share allows in a large one. All evidence that arrives meanwhile is evaluated together.
 */
export class Evaluation {
  readonly #evaluate: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #signal: AbortSignal;
  #requested = false;
  /** Aborted to cut the pause between two evaluations short. */
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: {
    readonly evaluate: () => Promise<void>;
    readonly onError: (error: unknown) => void;
    readonly signal: AbortSignal;
  }) {
    this.#evaluate = options.evaluate;
    this.#onError = options.onError;
    this.#signal = options.signal;
  }

  /** Requests an evaluation of the evidence of now, or of later; an urgent one does not wait for the share. */
  request(urgency: 'usual' | 'urgent' = 'usual'): void {
    this.#requested = true;
    if (urgency === 'urgent') {
      this.#wake.abort();
    }
    this.#running ??= this.#run()
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #run(): Promise<void> {
    // Requests of the same turn of the event loop belong to the same evaluation.
    await turn();
    while (this.#requested && !this.#signal.aborted) {
      this.#requested = false;
      // Before the evaluation: an urgent request that arrives during it does not wait either.
      this.#wake = new AbortController();
      const start = process.cpuUsage();
      await this.#evaluate();
      const { user, system } = process.cpuUsage(start);
      const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
      await elapsed(((user + system) / 1000) * (1 / share - 1), signal, { ref: false });
    }
  }
}
