/** A map of so many entries at most: the oldest makes room for the next one. */
export class BoundedMap<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= this.#limit && oldest !== undefined && !this.#entries.has(key)) {
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, value);
  }
}
