import type { Socket } from 'node:net';

interface Waiter {
  readonly socket: Socket;
  readonly enter: () => void;
  readonly timer: NodeJS.Timeout;
}

/** At most so many connections at once; those beyond wait their turn, for so long, unread. */
export class Waiting {
  readonly #limit: number;
  readonly #timeout: number;
  readonly #onGivenUp: () => void;
  readonly #queue: Waiter[] = [];
  #inside = 0;

  constructor(limit: number, timeout: number, onGivenUp: () => void) {
    this.#limit = limit;
    this.#timeout = timeout;
    this.#onGivenUp = onGivenUp;
  }

  /** Calls `enter` when there is room. A socket that closed has left, and makes room. */
  enter(socket: Socket, enter: () => void): void {
    if (this.#inside < this.#limit) {
      this.#admit(socket, enter);
      return;
    }
    const timer = setTimeout(() => {
      this.#remove(socket);
      this.#onGivenUp();
      socket.destroy();
    }, this.#timeout);
    this.#queue.push({ socket, enter, timer });
    socket.once('close', () => this.#remove(socket));
  }

  /** Lets go of all that wait. */
  close(): void {
    for (const { socket } of [...this.#queue]) {
      socket.destroy();
    }
  }

  #admit(socket: Socket, enter: () => void): void {
    if (socket.destroyed) {
      this.#next();
      return;
    }
    this.#inside++;
    socket.once('close', () => {
      this.#inside--;
      this.#next();
    });
    enter();
  }

  #next(): void {
    if (this.#inside >= this.#limit) {
      return;
    }
    const waiter = this.#queue.shift();
    if (waiter !== undefined) {
      clearTimeout(waiter.timer);
      this.#admit(waiter.socket, waiter.enter);
    }
  }

  #remove(socket: Socket): void {
    const index = this.#queue.findIndex((waiter) => waiter.socket === socket);
    const [waiter] = index < 0 ? [] : this.#queue.splice(index, 1);
    clearTimeout(waiter?.timer);
  }
}
