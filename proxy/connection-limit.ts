import type { Socket } from 'node:net';
import { Rejection } from './rejection.js';

/** While others wait, a connection that has sent nothing for this long is closed, in milliseconds. */
const silenceMilliseconds = 1_000;
const checkMilliseconds = 100;

/**
 * The bound on the connections of a listener. Those beyond it wait, unread, in the order of their arrival. While one
 * waits, connections that hold a slot and have sent nothing are closed, the oldest first.
 */
export class ConnectionLimit {
  readonly #limit: number;
  readonly #timeout: number;
  /** Those that wait, oldest first, and what gives each a slot. */
  readonly #waiting = new Map<Socket, () => void>();
  /** Those that hold a slot and are not established, oldest first, and since when. */
  readonly #pending = new Map<Socket, number>();
  #held = 0;
  #check: NodeJS.Timeout | undefined;

  /** `timeout`: milliseconds that a connection may wait for a slot. */
  constructor(limit: number, timeout: number) {
    this.#limit = limit;
    this.#timeout = timeout;
  }

  /** Resolves when the connection has a slot, which it holds until it is closed. Rejects with Rejection. */
  async enter(socket: Socket): Promise<void> {
    if (this.#held < this.#limit) {
      this.#hold(socket);
    } else {
      await this.#wait(socket);
    }
  }

  /** The connection is established, and keeps its slot although it may be silent. */
  established(socket: Socket): void {
    this.#pending.delete(socket);
  }

  /** Closes all that wait. */
  close(): void {
    for (const socket of [...this.#waiting.keys()]) {
      socket.destroy();
    }
  }

  #hold(socket: Socket): void {
    this.#held++;
    this.#pending.set(socket, performance.now());
    socket.once('close', () => {
      this.#pending.delete(socket);
      this.#held--;
      const [next] = this.#waiting.values();
      next?.();
    });
  }

  #wait(socket: Socket): Promise<void> {
    this.#check ??= setInterval(() => this.#closeSilent(), checkMilliseconds);
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(socket);
        socket.off('close', closed);
      };
      const closed = () => {
        leave();
        reject(new Rejection('client-closed', 'the connection was closed while it waited for a slot'));
      };
      const timer = setTimeout(() => {
        leave();
        reject(new Rejection('connection-limit', `no connection was closed within ${this.#timeout} ms`));
      }, this.#timeout);
      socket.once('close', closed);
      this.#waiting.set(socket, () => {
        leave();
        this.#hold(socket);
        resolve();
      });
    });
  }

  /** Closes no more of the silent than there are others that wait. */
  #closeSilent(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#check);
      this.#check = undefined;
      return;
    }
    const before = performance.now() - silenceMilliseconds;
    const silent = [...this.#pending].filter(([socket, since]) => since <= before && socket.bytesRead === 0);
    for (const [socket] of silent.slice(0, this.#waiting.size)) {
      socket.destroy(new Rejection('connection-limit', 'sent nothing while others waited for a connection'));
    }
  }
}
