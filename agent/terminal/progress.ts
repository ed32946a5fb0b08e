import { terminalOf } from './terminal.js';
import { fitting } from './wrap.js';

/** Shorter work shows no progress. */
const delayMilliseconds = 500;
const redrawMilliseconds = 250;
const eraseLine = '\r\u001b[2K';

/** One line on a screen that is rewritten while work goes on and erased at its end; silent without a screen. */
export class Progress {
  readonly #stream: NodeJS.WritableStream;
  readonly #what: string;
  readonly #total: number;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #done = 0;
  #drawn = false;

  /** `what` follows the count, as in `12 of 68 ports probed, 3 s`. */
  constructor(stream: NodeJS.WritableStream, what: string, total: number) {
    this.#stream = stream;
    this.#what = what;
    this.#total = total;
    this.#timer = terminalOf(stream).screen ? setInterval(() => this.#draw(), redrawMilliseconds) : undefined;
  }

  step(): void {
    this.#done++;
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#drawn) {
      this.#stream.write(eraseLine);
    }
  }

  #draw(): void {
    const elapsed = performance.now() - this.#startedAt;
    if (elapsed < delayMilliseconds) {
      return;
    }
    this.#drawn = true;
    const { columns = 0 } = terminalOf(this.#stream);
    const line = `${this.#done} of ${this.#total} ${this.#what}, ${Math.floor(elapsed / 1000)} s`;
    this.#stream.write(`${eraseLine}${fitting(line, columns - 1)}`);
  }
}
