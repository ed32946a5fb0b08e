import type { Socket } from 'node:net';

interface Waiter {
  readonly socket: Socket;
  readonly enter: () => void;
  readonly timer: NodeJS.Timeout;
}

/** While others wait, one that came in and sent nothing for so long makes room, in milliseconds. */
const silenceMilliseconds = 1_000;
const lookMilliseconds = 100;

export interface WaitingOptions {
  readonly limit: number;
  /** Milliseconds that a connection may wait outside. */
  readonly timeout: number;
  readonly onGivenUp: () => void;
  /** Lets go of one that holds a place and said nothing. */
  readonly onSilent: (socket: Socket) => void;
}

/**
 * At most so many connections at once; those beyond wait their turn, for so long, unread. Whoever holds a place without
 * a word cannot keep others out: while somebody waits, the silent ones go, the oldest first.
 */
export class Waiting {
  readonly #options: WaitingOptions;
  readonly #queue: Waiter[] = [];
  /** Those inside that are not in service yet, oldest first, and since when. */
  readonly #arriving = new Map<Socket, number>();
  #inside = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** Calls `enter` when there is room. A socket that closed has left, and makes room. */
  enter(socket: Socket, enter: () => void): void {
    if (this.#inside < this.#options.limit) {
      this.#accept(socket, enter);
      return;
    }
    const timer = setTimeout(() => {
      this.#remove(socket);
      this.#options.onGivenUp();
      socket.destroy();
    }, this.#options.timeout);
    this.#queue.push({ socket, enter, timer });
    socket.once('close', () => this.#remove(socket));
    this.#look ??= setInterval(() => this.#letSilentGo(), lookMilliseconds);
  }

  /** This one is in service, and keeps its place. */
  settled(socket: Socket): void {
    this.#arriving.delete(socket);
  }

  /** Lets go of all that wait. */
  close(): void {
    for (const { socket } of [...this.#queue]) {
      socket.destroy();
    }
  }

  #accept(socket: Socket, enter: () => void): void {
    if (socket.destroyed) {
      this.#next();
      return;
    }
    this.#inside++;
    this.#arriving.set(socket, performance.now());
    socket.once('close', () => {
      this.#arriving.delete(socket);
      this.#inside--;
      this.#next();
    });
    enter();
  }

  /** No more of them than there are others who wait. */
  #letSilentGo(): void {
    if (this.#queue.length === 0) {
      clearInterval(this.#look);
      this.#look = undefined;
      return;
    }
    const before = performance.now() - silenceMilliseconds;
    let wanted = this.#queue.length;
    for (const [socket, since] of this.#arriving) {
      if (since > before || wanted === 0) {
        break;
      }
      if (socket.bytesRead === 0) {
        wanted--;
        this.#options.onSilent(socket);
      }
    }
  }

  #next(): void {
    if (this.#inside >= this.#options.limit) {
      return;
    }
    const waiter = this.#queue.shift();
    if (waiter !== undefined) {
      clearTimeout(waiter.timer);
      this.#accept(waiter.socket, waiter.enter);
    }
  }

  #remove(socket: Socket): void {
    const index = this.#queue.findIndex((waiter) => waiter.socket === socket);
    const [waiter] = index < 0 ? [] : this.#queue.splice(index, 1);
    clearTimeout(waiter?.timer);
  }
}
