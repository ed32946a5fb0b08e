import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { CredentialFile } from './credential-file.js';
import { attempted, CredentialError, notLoaded, unlessError } from './error.js';
import { type KeyPair, keyPairOf } from './key-pair.js';
import { acceptsPartialChains } from './partial-chains.js';
import type { CredentialPaths } from './paths.js';
import { areSame, CredentialRepository, contentsOf, type FileState } from './repository.js';
import { type TrustBundle, trustBundleOf } from './trust-bundle.js';

/** A certificate and key in use, with the CA in use; never changes. */
export interface CredentialVersion {
  /** 1 for what was loaded at start, then counting up. */
  readonly number: number;
  readonly pair: KeyPair;
  readonly trust: TrustBundle;
  /** Built once per version: building one costs 1 ms. */
  readonly secureContext: SecureContext;
}

/** A credential version as plain texts, for another process of this program. It holds the private key. */
export interface Inheritance {
  readonly number: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface ReloadEvent {
  readonly outcome: 'reloaded' | 'failed';
  /** The version in use after the event. */
  readonly version: CredentialVersion;
  readonly error: CredentialError | undefined;
}

export interface CredentialStoreOptions {
  readonly onReload?: ((event: ReloadEvent) => void) | undefined;
  /** Reloads a changed CA file as well, together with certificate and key or not at all; without it the CA stays. */
  readonly reloadCa?: boolean | undefined;
  /** Further settings of the secure context. */
  readonly context?: SecureContextOptions | undefined;
  /** The version to start with instead of the files; the first `current()` reads them. */
  readonly inherited?: Inheritance | undefined;
  /** Where the files are read; one of its own by default. */
  readonly repository?: CredentialRepository | undefined;
}

/** The files as they were at one time; `ca` only where it is reloaded. */
type StoreFiles = {
  readonly cert: FileState;
  readonly key: FileState;
  readonly ca: FileState | undefined;
};

interface Loaded {
  readonly pair: KeyPair;
  readonly trust: TrustBundle;
  readonly files: StoreFiles | undefined;
}

/** Files that change while they are read are read again at once this often. */
const attempts = 3;

/**
 * A certificate and key that are checked for every new connection, as the Go components of the cluster do.
 *
 * The contract: `current()` stats certificate and key, and reads them only when they changed. If reloading fails, as for
 * files that do not parse or do not match, the old version stays in use, `lastError` says why, and the next call tries
 * again. A swap in the middle of reading is noticed, because the files are compared again after parsing. The CA is read
 * once, at construction, unless `reloadCa` is set. Connections keep the version they were made with.
 */
export class CredentialStore {
  readonly #paths: CredentialPaths;
  readonly #options: CredentialStoreOptions;
  readonly #repository: CredentialRepository;
  #version: CredentialVersion;
  #loaded: StoreFiles | undefined;
  /** The content of the files for which a failure was reported. */
  #reported: string | undefined;
  #lastError: CredentialError | undefined;

  /** Throws CredentialError when the files cannot be used at start. */
  constructor(paths: CredentialPaths, options: CredentialStoreOptions = {}) {
    const { inherited, repository = new CredentialRepository() } = options;
    this.#paths = paths;
    this.#options = options;
    this.#repository = repository;
    const { pair, trust, files } =
      inherited === undefined
        ? this.#load(trustBundleOf(repository.file(paths.ca)))
        : inheritedVersion(paths, inherited);
    this.#version = this.#versionOf(pair, trust, inherited?.number ?? 1);
    this.#loaded = files;
  }

  /** Why the files on disk are not those in use; undefined when they are. */
  get lastError(): CredentialError | undefined {
    return this.#lastError;
  }

  current(): CredentialVersion {
    const files = this.#files();
    if (areSame(files, this.#loaded)) {
      this.#lastError = undefined;
      return this.#version;
    }
    try {
      this.#reload();
      this.#reported = undefined;
      this.#lastError = undefined;
    } catch (error: unknown) {
      this.#keepVersion(error, files);
    }
    return this.#version;
  }

  /** The version in use, for a process that is to continue with it. */
  handOver(): Inheritance {
    const { number, pair, trust } = this.current();
    return { number, ca: trust.pem, cert: pair.certificatePem, key: pair.keyPem };
  }

  #reload(): void {
    const { pair, trust, files } = this.#load(this.#version.trust);
    if (pair.digest !== this.#version.pair.digest || trust.digest !== this.#version.trust.digest) {
      this.#version = this.#versionOf(pair, trust, this.#version.number + 1);
      this.#options.onReload?.({ outcome: 'reloaded', version: this.#version, error: undefined });
    }
    this.#loaded = files;
  }

  #keepVersion(error: unknown, files: StoreFiles): void {
    if (!(error instanceof CredentialError)) {
      throw error;
    }
    this.#lastError = error;
    const content = contentsOf(files);
    // One event for one content of the files, however many connections meet it.
    if (this.#reported !== content) {
      this.#reported = content;
      this.#options.onReload?.({ outcome: 'failed', version: this.#version, error });
    }
  }

  /** Certificate and key that were on disk at the same time, with the CA of that time where it is reloaded. */
  #load(trust: TrustBundle): Loaded {
    for (let attempt = 1; ; attempt++) {
      const files = this.#files();
      const loaded = attempted(() => parse(files, trust));
      const unchanged = areSame(files, this.#files());
      if (unchanged || (loaded instanceof CredentialError && attempt === attempts)) {
        return unlessError(loaded);
      }
      if (attempt === attempts) {
        throw new CredentialError('changed_while_reading', this.#paths.cert);
      }
    }
  }

  #files(): StoreFiles {
    const { cert, key, ca } = this.#paths;
    const state = (path: string) => this.#repository.state(path);
    return { cert: state(cert), key: state(key), ca: this.#options.reloadCa === true ? state(ca) : undefined };
  }

  #versionOf(pair: KeyPair, trust: TrustBundle, number: number): CredentialVersion {
    const { certificatePem: cert, keyPem: key } = pair;
    try {
      const secureContext = createSecureContext({
        ...{ minVersion: 'TLSv1.2', ...acceptsPartialChains, ...this.#options.context },
        ...{ ca: trust.pem, cert, key },
      });
      return { number, pair, trust, secureContext };
    } catch (error: unknown) {
      throw notLoaded(this.#paths.cert, error);
    }
  }
}

/** Throws CredentialError. */
function parse(files: StoreFiles, trust: TrustBundle): Loaded {
  const pair = keyPairOf(unlessError(files.cert), unlessError(files.key));
  return { pair, trust: files.ca === undefined ? trust : trustBundleOf(unlessError(files.ca)), files };
}

function inheritedVersion(paths: CredentialPaths, { ca, cert, key }: Inheritance): Loaded {
  const file = (path: string, text: string) => new CredentialFile(path, Buffer.from(text));
  const pair = keyPairOf(file(paths.cert, cert), file(paths.key, key));
  return { pair, trust: trustBundleOf(file(paths.ca, ca)), files: undefined };
}
