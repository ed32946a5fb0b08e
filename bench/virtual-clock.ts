interface Timer {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/**
 * Takes the place of `setTimeout` until restored, so that hours of a schedule run in seconds. Timers fire in order of
 * their time; what one of them sets off comes before the next.
 */
export class VirtualClock {
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  readonly #heap: Timer[] = [];
  readonly #cancelled = new Set<unknown>();
  #now = 0;
  #order = 0;

  /** Milliseconds since the clock was made. */
  get now(): number {
    return this.#now;
  }

  install(): void {
    const set = (act: () => void, delay = 0) => {
      const timer = { at: this.#now + delay, order: this.#order++, act };
      this.#push(timer);
      return timer;
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: (timer: unknown) => this.#cancelled.add(timer) });
  }

  restore(): void {
    Object.assign(globalThis, this.#real);
  }

  async run(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      if (!this.#cancelled.delete(next)) {
        next.act();
        // Every promise that hangs on it is settled before the loop of events comes round.
        await new Promise(setImmediate);
      }
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    heap.push(timer);
    for (let child = heap.length - 1; child > 0; ) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfLater(parent, child)) {
        return;
      }
      child = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) {
      return;
    }
    heap[0] = last;
    for (let parent = 0; ; ) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const child = right < heap.length && this.#isLater(left, right) ? right : left;
      if (child >= heap.length || !this.#swapIfLater(parent, child)) {
        return;
      }
      parent = child;
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    const later = this.#isLater(parent, child);
    const [above, below] = [this.#heap[parent], this.#heap[child]];
    if (later && above !== undefined && below !== undefined) {
      this.#heap[parent] = below;
      this.#heap[child] = above;
    }
    return later;
  }

  #isLater(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    return a !== undefined && b !== undefined && (a.at > b.at || (a.at === b.at && a.order > b.order));
  }
}
