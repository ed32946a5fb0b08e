import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';

/** Judging takes about this share of the time at most, however large the cluster is. */
const share = 0.02;

/**
 * Judges all evidence anew whenever something was seen: at once in a small cluster, where it takes a millisecond, and as
 * seldom as the share allows in a large one. What was seen meanwhile is judged together.
 */
export class Evaluation {
  readonly #evaluate: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #signal: AbortSignal;
  #wanted = false;
  /** Ends the rest. */
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

  /** Asks for a judgement of what is known now, or of more; an urgent one waits for no share. */
  request(urgency: 'usual' | 'urgent' = 'usual'): void {
    this.#wanted = true;
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
    // What else arrives in this turn of the event loop belongs to the same judgement.
    await turn();
    while (this.#wanted && !this.#signal.aborted) {
      this.#wanted = false;
      // Before judging: what is urgent and comes meanwhile waits for no share either.
      this.#wake = new AbortController();
      const start = process.cpuUsage();
      await this.#evaluate();
      const { user, system } = process.cpuUsage(start);
      await this.#rest(((user + system) / 1000) * (1 / share - 1));
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    const signal = AbortSignal.any([this.#signal, this.#wake.signal]);
    await pause(milliseconds, undefined, { signal, ref: false }).catch((error: unknown) => {
      if (!signal.aborted) {
        throw error;
      }
    });
  }
}
