import { createSecureContext, type SecureContext } from 'node:tls';
import { CredentialError, notLoaded } from './error.js';
import { fileIdentity } from './file.js';
import { type KeyPair, keyPairOf, readKeyPair } from './key-pair.js';
import { readTrustBundle, type TrustBundle, trustBundleOf } from './trust-bundle.js';

/** One loaded pair with the CA read at start; never changes. */
export interface CredentialVersion {
  /** 1 for the pair loaded at start, then counting up. */
  readonly number: number;
  readonly pair: KeyPair;
  readonly trust: TrustBundle;
  /** Built once per generation: building one costs 1 ms. */
  readonly secureContext: SecureContext;
  readonly loadedAt: Date;
}

/** A generation as plain texts, for another process of ours; holds the private key, so it goes nowhere else. */
export interface Inheritance {
  readonly number: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ReloadEvent {
  readonly outcome: 'reloaded' | 'failed';
  /** The generation in force after the event. */
  readonly version: CredentialVersion;
  readonly error: CredentialError | undefined;
}

export interface CredentialStoreOptions {
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  readonly now?: (() => Date) | undefined;
  /** Takes a changed CA file too, together with the pair or not at all; without it the CA stays the one of the start. */
  readonly reloadCa?: boolean | undefined;
  /** The generation to begin with instead of the files; the first `current()` looks at them. */
  readonly inherited?: Inheritance | undefined;
}

/** A reader that meets a writer tries again at once this often. */
const attempts = 3;

/**
 * A pair that is looked at for every new connection, as the Go components of the cluster do.
 *
 * The contract: `current()` stats certificate and key, and reads them only when they changed. A pair that does not
 * parse or does not match is never used: the last good one stays, `lastError` says why, and the next call tries again.
 * A swap in the middle of reading is noticed, because the files are looked at again after reading. The CA is read once,
 * at construction, unless `reloadCa` is set. Connections keep the generation they were made with.
 */
export class CredentialStore {
  readonly #paths: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly #options: CredentialStoreOptions;
  #trust: TrustBundle;
  #version: CredentialVersion;
  #loadedIdentity: string;
  #reportedIdentity: string | undefined;
  #lastError: CredentialError | undefined;

  /** Throws CredentialError when there is no good pair or no good CA to begin with. */
  constructor(
    paths: { readonly ca: string; readonly cert: string; readonly key: string },
    options: CredentialStoreOptions = {},
  ) {
    this.#paths = paths;
    this.#options = options;
    const { inherited } = options;
    if (inherited === undefined) {
      this.#trust = readTrustBundle(paths.ca);
      const { pair, identity } = this.#read();
      this.#version = this.#versionOf(pair, this.#trust, 1);
      this.#loadedIdentity = identity;
    } else {
      this.#trust = trustBundleOf(Buffer.from(inherited.ca), paths.ca);
      const pair = keyPairOf(Buffer.from(inherited.cert), Buffer.from(inherited.key), paths);
      this.#version = this.#versionOf(pair, this.#trust, inherited.number);
      this.#loadedIdentity = 'inherited';
    }
  }

  /** Why the files on disk are not those in use; undefined when they are. */
  get lastError(): CredentialError | undefined {
    return this.#lastError;
  }

  current(): CredentialVersion {
    const identity = this.#identity();
    if (identity === this.#loadedIdentity) {
      this.#lastError = undefined;
      return this.#version;
    }
    try {
      const read = this.#read();
      const trust = this.#options.reloadCa === true ? readTrustBundle(this.#paths.ca) : this.#trust;
      if (read.pair.digest !== this.#version.pair.digest || trust.digest !== this.#trust.digest) {
        this.#version = this.#versionOf(read.pair, trust, this.#version.number + 1);
        this.#trust = trust;
        this.#options.onReload?.({ outcome: 'reloaded', version: this.#version, error: undefined });
      }
      this.#loadedIdentity = read.identity;
      this.#reportedIdentity = undefined;
      this.#lastError = undefined;
    } catch (error: unknown) {
      this.#keepLastGood(error, identity);
    }
    return this.#version;
  }

  /** The generation in force, for a process that is to go on with it. */
  handOver(): Inheritance {
    const { number, pair, trust } = this.current();
    return { number, ca: trust.pem, cert: pair.certificatePem, key: pair.keyPem };
  }

  #keepLastGood(error: unknown, identity: string): void {
    if (!(error instanceof CredentialError)) {
      throw error;
    }
    this.#lastError = error;
    // One event for one state of the files, however many connections meet it.
    if (this.#reportedIdentity !== identity) {
      this.#reportedIdentity = identity;
      this.#options.onReload?.({ outcome: 'failed', version: this.#version, error });
    }
  }

  #read(): { readonly pair: KeyPair; readonly identity: string } {
    for (let attempt = 1; ; attempt++) {
      const before = this.#identity();
      try {
        const pair = readKeyPair(this.#paths);
        if (this.#identity() === before) {
          return { pair, identity: before };
        }
      } catch (error: unknown) {
        if (attempt === attempts || this.#identity() === before) {
          throw error;
        }
      }
      if (attempt === attempts) {
        throw new CredentialError(
          'changed_while_reading',
          this.#paths.cert,
          'changes faster than it can be read',
          'let the files rest; the next connection looks again',
        );
      }
    }
  }

  #identity(): string {
    const ca = this.#options.reloadCa === true ? fileIdentity(this.#paths.ca) : '';
    return `${fileIdentity(this.#paths.cert)} ${fileIdentity(this.#paths.key)} ${ca}`;
  }

  #versionOf(pair: KeyPair, trust: TrustBundle, number: number): CredentialVersion {
    const secureContext = this.#contextOf(pair, trust);
    return { number, pair, trust, secureContext, loadedAt: this.#options.now?.() ?? new Date() };
  }

  #contextOf({ certificatePem: cert, keyPem: key }: KeyPair, { pem: ca }: TrustBundle): SecureContext {
    try {
      return createSecureContext({ ca, cert, key, minVersion: 'TLSv1.2' });
    } catch (error: unknown) {
      throw notLoaded(this.#paths.cert, error);
    }
  }
}
