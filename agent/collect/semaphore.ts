/** At most `capacity` tasks at once; those that wait are served in the order of their arrival. */
export class Semaphore {
  readonly #capacity: number;
  readonly #waiting = new Set<() => void>();
  #held = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get idle(): boolean {
    return this.#held === 0;
  }

  /** Rejects with the reason of `signal` when it aborts before the task began; a task that runs is not interrupted. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#acquire(signal);
    try {
      return await task();
    } finally {
      this.#release();
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#held < this.#capacity) {
      this.#held += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#waiting.delete(begin);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(begin);
    });
  }

  /** The slot passes to the one that waits longest. */
  #release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#held -= 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}
