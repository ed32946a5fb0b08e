/** A process that did not run for so long cannot tell what a port did meanwhile, in milliseconds. */
const longestGap = 1_000;
const beatMilliseconds = 200;

/**
 * Notices when this process did not run: stopped by a signal, frozen with its machine, or busy with something else.
 * Beats only while somebody listens.
 */
export class StallDetector {
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #beat = 0;
  #gap = { end: Number.NEGATIVE_INFINITY, length: 0 };

  /** Returns what tells how long the process did not run since, in milliseconds; 0 for less than a second. */
  listen(): () => number {
    const since = performance.now();
    if (this.#listeners++ === 0) {
      this.#beat = since;
      this.#timer = setInterval(() => this.#look(), beatMilliseconds);
    }
    return () => {
      this.#look();
      if (--this.#listeners === 0) {
        clearInterval(this.#timer);
      }
      return this.#gap.end > since ? this.#gap.length : 0;
    };
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#beat > longestGap) {
      this.#gap = { end: now, length: now - this.#beat };
    }
    this.#beat = now;
  }
}

const stallDetector = new StallDetector();

/** Asks again, so many times at most, when this process did not run meanwhile: what it missed tells nothing of a port. */
export async function withoutStall<T>(ask: () => Promise<T>, times = 3): Promise<T> {
  const missed = stallDetector.listen();
  let slept = false;
  const answer = await ask().finally(() => {
    slept = missed() > 0;
  });
  return slept && times > 1 ? await withoutStall(ask, times - 1) : answer;
}
