import { setTimeout as pause } from 'node:timers/promises';
import { type FilesFault, mayLoadAtConnection, whyNotConnected } from '../../checks/files-fault.js';
import type { CredentialRepository } from '../../credentials/repository.js';
import type { PortLocks } from './port-locks.js';
import { servedFilesOf } from './served-files.js';
import type { Target } from './targets.js';

/** How long the files of a port must have been unchanged before the agent connects to it, in milliseconds. */
const quietMilliseconds = 2_000;

/** Waits for quiet files in a row: a file that is written all the time must not keep the lock, nor a place of the schedule. */
const mostWaits = 5;

export interface PortAccessOptions {
  readonly locks: PortLocks;
  readonly repository: CredentialRepository;
  readonly now: () => Date;
}

/**
 * The one way to connect to a port of the inventory: under its lock, and only when a connection does no harm. A TiKV gRPC
 * port re-reads its files at any TCP connect and records the certificate's modification time before it loads them, so a
 * connect between the writing of certificate and key leaves it on the old certificate. The agent does not connect to such a
 * port while its files are mismatched or do not load, nor before they were unchanged for two seconds. It asks for the files
 * as they are at that moment: what was gathered last may be older than a write.
 */
export class PortAccess {
  readonly locks: PortLocks;
  readonly #repository: CredentialRepository;
  readonly #now: () => Date;

  constructor({ locks, repository, now }: PortAccessOptions) {
    this.locks = locks;
    this.#repository = repository;
    this.#now = now;
  }

  /** The fault of the files on disk now that keeps the agent from connecting to a port. */
  whyNotConnected(target: Target): FilesFault | undefined {
    return whyNotConnected(target, servedFilesOf(target, this.#repository));
  }

  /** False while the files of a port were just written, and a connection could make it load them. */
  isQuiet(target: Target): boolean {
    return this.#untilQuiet(target) <= 0;
  }

  /**
   * Runs `connect` under the port's lock once its files are quiet. Resolves to undefined where no connection was made: the
   * files have a fault or are still being written, or `signal` aborted during the wait.
   */
  async connect<T>(target: Target, signal: AbortSignal, connect: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.locks.run(target.endpoint, signal, async () =>
        (await this.#becomesQuiet(target, signal)) && this.whyNotConnected(target) === undefined
          ? await connect()
          : undefined,
      );
    } catch (error: unknown) {
      if (signal.aborted) {
        return undefined;
      }
      throw error;
    }
  }

  async #becomesQuiet(target: Target, signal: AbortSignal): Promise<boolean> {
    for (let waits = 0; waits < mostWaits; waits++) {
      const left = this.#untilQuiet(target);
      if (left <= 0) {
        return true;
      }
      await pause(left, undefined, { signal });
    }
    return this.isQuiet(target);
  }

  /** Milliseconds; nothing to wait for where a connection does no harm. */
  #untilQuiet(target: Target): number {
    const files = mayLoadAtConnection(target) ? servedFilesOf(target, this.#repository) : undefined;
    const age = this.#now().getTime() - (files?.changedAt ?? 0);
    // A time in the future is none to wait for: another clock wrote it.
    return age < 0 ? 0 : quietMilliseconds - age;
  }
}
