import { setImmediate as nextTurn } from 'node:timers/promises';
import { elapsed } from '../collect/elapsed.js';

/** The share of the time that evaluations may use, however large the cluster is. */
const share = 0.02;
/** The longest pause after an evaluation, in milliseconds: results are no older, whatever the evaluation cost. */
const longestPause = 15_000;
/** Evaluations count as stuck when a request is older than this, in milliseconds. */
const stuckAfter = 120_000;

/** Yields to the event loop. */
export type Turn = () => Promise<void>;

/**
 * Runs the checks again whenever there is new evidence: at once in a small cluster, where it costs a millisecond, and as
 * rarely as the share allows in a large one. All evidence that arrives meanwhile is evaluated together.
 */
export class Evaluation {
  readonly #evaluate: (turn: Turn) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  readonly #longestPause: number;
  #requested = false;
  /** Of the oldest request that no successful evaluation has answered. */
  #waitingSince: number | undefined;
  /** Aborted to cut the pause between two evaluations short. */
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  /** `evaluate` awaits its argument between pieces of work, of which alone the time counts. `now` is monotonic. */
  constructor(options: {
    readonly evaluate: (turn: Turn) => Promise<void>;
    readonly onError: (error: unknown) => void;
    readonly signal: AbortSignal;
    readonly now?: () => number;
    readonly longestPause?: number;
  }) {
    this.#evaluate = options.evaluate;
    this.#onError = options.onError;
    this.#signal = options.signal;
    this.#now = options.now ?? (() => performance.now());
    this.#longestPause = options.longestPause ?? longestPause;
  }

  /** Requests an evaluation of the evidence of now, or of later; an urgent one does not wait for the share. */
  request(urgency: 'usual' | 'urgent' = 'usual'): void {
    this.#requested = true;
    this.#waitingSince ??= this.#now();
    if (urgency === 'urgent') {
      this.#wake.abort();
    }
    this.#running ??= this.#run()
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Whether results are older than they may be: an evaluation does not end, or each one fails. */
  isStuck(): boolean {
    return this.#waitingSince !== undefined && this.#now() - this.#waitingSince > stuckAfter;
  }

  async #run(): Promise<void> {
    // Requests of the same turn of the event loop belong to the same evaluation.
    await nextTurn();
    while (this.#requested && !this.#signal.aborted) {
      this.#requested = false;
      // Before the evaluation: an urgent request that arrives during it does not wait either.
      this.#wake = new AbortController();
      const busy = await this.#measured();
      this.#waitingSince = this.#requested ? this.#now() : undefined;
      const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
      await elapsed(Math.min(this.#longestPause, busy * (1 / share - 1)), signal, { ref: false });
    }
  }

  /**
   * CPU time of the evaluation itself, in milliseconds. What else the process did meanwhile, as the probes of a burst, is
   * not its cost, nor is what other processes did.
   */
  async #measured(): Promise<number> {
    let busy = 0;
    let from = process.cpuUsage();
    const pause = () => {
      const { user, system } = process.cpuUsage(from);
      busy += (user + system) / 1_000;
    };
    await this.#evaluate(async () => {
      pause();
      await nextTurn();
      from = process.cpuUsage();
    });
    pause();
    return busy;
  }
}
