import { setTimeout as pause } from 'node:timers/promises';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { PortLocks } from './port-locks.js';
import type { Target } from './targets.js';

/** How long the files of a TiKV must have been unchanged before the agent connects to its gRPC port, in milliseconds. */
const quietMilliseconds = 2_000;

export interface PortAccessOptions {
  readonly locks: PortLocks;
  /** The files of the port's instance as they were read last; undefined where they are not on this node. */
  readonly factsOf: (target: Target) => CredentialFacts | undefined;
  readonly now: () => Date;
}

/**
 * The one way to connect to a port of the inventory: under its lock, and only when a connection does no harm. A TiKV gRPC
 * port re-reads its files at any TCP connect and records the certificate's modification time before it loads them, so a
 * connect between the writing of certificate and key leaves it on the old certificate. The agent does not connect to such a port
 * while certificate and key are mismatched, nor before the files were unchanged for two seconds.
 */
export class PortAccess {
  readonly locks: PortLocks;
  readonly #factsOf: (target: Target) => CredentialFacts | undefined;
  readonly #now: () => Date;

  constructor({ locks, factsOf, now }: PortAccessOptions) {
    this.locks = locks;
    this.#factsOf = factsOf;
    this.#now = now;
  }

  /** False while the files of a port that re-reads them by itself are mismatched or cannot be read. */
  mayConnect(target: Target): boolean {
    const facts = this.#factsOf(target);
    const mismatched = facts?.keyMatches === false || (facts?.errors.length ?? 0) > 0;
    return !(rereadsByItself(target) && mismatched);
  }

  /**
   * Runs `connect` under the port's lock once its files are quiet. Resolves to undefined where no connection was made: the
   * files are mismatched, or `signal` aborted during the wait.
   */
  async connect<T>(target: Target, signal: AbortSignal, connect: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.locks.run(target.endpoint, signal, async () => {
        await this.#untilQuiet(target, signal);
        return this.mayConnect(target) ? await connect() : undefined;
      });
    } catch (error: unknown) {
      if (signal.aborted) {
        return undefined;
      }
      throw error;
    }
  }

  async #untilQuiet(target: Target, signal: AbortSignal): Promise<void> {
    const facts = this.#factsOf(target);
    const age = this.#now().getTime() - Math.max(facts?.certModifiedAt ?? 0, facts?.caModifiedAt ?? 0);
    if (rereadsByItself(target) && age >= 0 && age < quietMilliseconds) {
      await pause(quietMilliseconds - age, undefined, { signal });
    }
  }
}

function rereadsByItself({ endpoint }: Target): boolean {
  return endpoint.profile.certificateReload !== 'every-handshake';
}
