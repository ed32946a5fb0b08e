/** Stalls that are reported are longer, in milliseconds. */
const shortestStall = 1_000;
const checkMilliseconds = 200;

/**
 * Notices event-loop stalls: the process was stopped by a signal, frozen with its machine, or busy. A timer checks the
 * clock while at least one listener is registered.
 */
class StallDetector {
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #lastCheck = 0;
  #lastStall = { end: Number.NEGATIVE_INFINITY, length: 0 };

  /**
   * Starts to listen. The function that is returned stops, and gives the length of the last stall since, in
   * milliseconds; 0 when none was longer than a second. Call it once.
   */
  listen(): () => number {
    const since = performance.now();
    if (this.#listeners++ === 0) {
      this.#lastCheck = since;
      this.#timer = setInterval(() => this.#check(), checkMilliseconds);
    }
    return () => {
      this.#check();
      if (--this.#listeners === 0) {
        clearInterval(this.#timer);
      }
      return this.#lastStall.end > since ? this.#lastStall.length : 0;
    };
  }

  #check(): void {
    const now = performance.now();
    if (now - this.#lastCheck > shortestStall) {
      this.#lastStall = { end: now, length: now - this.#lastCheck };
    }
    this.#lastCheck = now;
  }
}

/** The one of this process. */
export const stallDetector = new StallDetector();

/** Calls `ask` again, up to `times` times in all, while the event loop stalled during it: such an answer is unreliable. */
export async function withoutStall<T>(ask: () => Promise<T>, times = 3): Promise<T> {
  const stalledMilliseconds = stallDetector.listen();
  let isStalled = false;
  const answer = await ask().finally(() => {
    isStalled = stalledMilliseconds() > 0;
  });
  return isStalled && times > 1 ? await withoutStall(ask, times - 1) : answer;
}
