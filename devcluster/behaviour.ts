import { statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { EndpointProfile, ReloadRule } from '../cluster/components/profile.js';
import { CredentialError } from '../credentials/error.js';
import { readKeyPair } from '../credentials/key-pair.js';
import type { CredentialPaths } from '../credentials/paths.js';
import { readTrustBundle } from '../credentials/trust-bundle.js';

/** What a port presents and trusts now. */
export interface Loaded {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** How long a port that reads its files by itself lets them rest between two looks. */
const restMilliseconds: Partial<Record<ReloadRule, number>> = {
  'certificate-mtime': 0,
  poll: 2_000,
  hourly: 3_600_000,
};

/**
 * Which pair and CA a port has in memory, by the reload rule of its profile. `beforeConnection` is called for each
 * connection, `afterFailedHandshake` for each that failed; both say what is in use from then on, or undefined when
 * the port cannot handshake at all now.
 */
export class ReloadBehaviour {
  readonly #files: CredentialPaths;
  readonly #profile: EndpointProfile;
  #loaded: Loaded;
  #certificateTime: number;
  #probedAll = Date.now();

  constructor(files: CredentialPaths, profile: EndpointProfile) {
    this.#files = files;
    this.#profile = profile;
    this.#loaded = this.#read();
    this.#certificateTime = this.#time();
  }

  beforeConnection(): Loaded | undefined {
    if (this.#profile.pairReload === 'every-handshake') {
      // Go reads both files in the handshake; the CA stays the one of the start.
      try {
        const { certificatePem, keyPem } = readKeyPair(this.#files);
        this.#loaded = { ...this.#loaded, cert: certificatePem, key: keyPem };
        return this.#loaded;
      } catch (error: unknown) {
        requireCredentialError(error);
        return undefined;
      }
    }
    const rest = restMilliseconds[this.#profile.pairReload];
    if (rest !== undefined && Date.now() - this.#probedAll >= rest) {
      this.#probedAll = Date.now();
      this.#readIfTouched();
    }
    return this.#loaded;
  }

  afterFailedHandshake(): Loaded {
    if (this.#profile.pairReload === 'failed-handshake') {
      this.#readIfTouched();
    }
    return this.#loaded;
  }

  /** As TiKV does: the time is noted before loading, so that a bad pair is not tried again until the next change. */
  #readIfTouched(): void {
    const time = this.#time();
    if (time === this.#certificateTime) {
      return;
    }
    this.#certificateTime = time;
    try {
      this.#loaded = this.#read();
    } catch (error: unknown) {
      requireCredentialError(error);
    }
  }

  #read(): Loaded {
    const { certificatePem, keyPem } = readKeyPair(this.#files);
    return { cert: certificatePem, key: keyPem, ca: readTrustBundle(this.#files.ca).pem };
  }

  #time(): number {
    return statSync(this.#files.cert, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }
}

function requireCredentialError(error: unknown): void {
  if (!(error instanceof CredentialError)) {
    throw error;
  }
}

export function contextOf(loaded: Loaded, profile: EndpointProfile): SecureContextOptions {
  return { ...loaded, minVersion: 'TLSv1.2', maxVersion: profile.maximumVersion };
}
