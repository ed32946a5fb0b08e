import { type Address, canonicalAddress } from '../../cluster/inventory/address.js';
import { Semaphore } from './semaphore.js';

/**
 * One lock per host and port, so that a port never has two connections of this agent at once: scheduled probes, negative
 * probes, `/probe`, rehearsals, triggered reloads and the discovery by PD all connect under it. A name and the address that
 * DNS has for it are two locks, except `localhost`.
 */
export class PortLocks {
  readonly #locks = new Map<string, Semaphore>();

  /** Rejects with the reason of `signal` when it aborts before `connect` began. */
  async run<T>(address: Address, signal: AbortSignal, connect: () => Promise<T>): Promise<T> {
    const key = canonicalAddress(address);
    const lock = this.#locks.get(key) ?? new Semaphore(1);
    this.#locks.set(key, lock);
    try {
      return await lock.run(connect, signal);
    } finally {
      if (lock.idle && this.#locks.get(key) === lock) {
        this.#locks.delete(key);
      }
    }
  }
}
