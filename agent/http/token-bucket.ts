/** Permits a request each `interval` milliseconds, and `burst` at once after a pause. */
export class TokenBucket {
  readonly #interval: number;
  readonly #burst: number;
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** `now` is monotonic, in milliseconds. */
  constructor(
    limit: { readonly interval: number; readonly burst: number },
    now: () => number = () => performance.now(),
  ) {
    this.#interval = limit.interval;
    this.#burst = limit.burst;
    this.#now = now;
    this.#tokens = limit.burst;
    this.#at = now();
  }

  take(): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) / this.#interval);
    this.#at = now;
    if (this.#tokens < 1) {
      return false;
    }
    this.#tokens--;
    return true;
  }
}
