import { statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { EndpointProfile, ReloadRule } from '../cluster/components/profile.js';
import { CredentialError } from '../credentials/error.js';
import { readKeyPair } from '../credentials/key-pair.js';
import { acceptsPartialChains } from '../credentials/partial-chains.js';
import type { CredentialPaths } from '../credentials/paths.js';
import { readTrustBundle } from '../credentials/trust-bundle.js';

/** The certificate and key that a port presents, and the CA that it trusts. */
export interface Loaded {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** The least milliseconds between two checks of the files, for ports that check them on their own. */
const checkInterval: Partial<Record<ReloadRule, number>> = {
  'certificate-mtime': 0,
  poll: 2_000,
  hourly: 3_600_000,
};

/**
 * The certificate, key and CA in the memory of a port, by the reload rule of its profile. `beforeConnection` is called for
 * each connection, `afterFailedHandshake` for each failed one. Both return what is in use from then on; undefined when the
 * port cannot handshake.
 */
export class ReloadBehaviour {
  readonly #files: CredentialPaths;
  readonly #profile: EndpointProfile;
  #loaded: Loaded;
  #certificateTime: number;
  #checkedAt = Date.now();

  constructor(files: CredentialPaths, profile: EndpointProfile) {
    this.#files = files;
    this.#profile = profile;
    this.#loaded = this.#read();
    this.#certificateTime = this.#time();
  }

  beforeConnection(): Loaded | undefined {
    if (this.#profile.certificateReload === 'every-handshake') {
      // Go reads both files in the handshake, and keeps the CA of the start.
      try {
        const { certificatePem, keyPem } = readKeyPair(this.#files);
        this.#loaded = { ...this.#loaded, cert: certificatePem, key: keyPem };
        return this.#loaded;
      } catch (error: unknown) {
        requireCredentialError(error);
        return undefined;
      }
    }
    const interval = checkInterval[this.#profile.certificateReload];
    if (interval !== undefined && Date.now() - this.#checkedAt >= interval) {
      this.#checkedAt = Date.now();
      this.#reloadIfTouched();
    }
    return this.#loaded;
  }

  afterFailedHandshake(): Loaded {
    if (this.#profile.certificateReload === 'failed-handshake') {
      this.#reloadIfTouched();
    }
    return this.#loaded;
  }

  /** As TiKV does: the time is stored before loading, so that an invalid pair of files is not retried until the next change. */
  #reloadIfTouched(): void {
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
  const partialChains = profile.callers.verifier === 'openssl' ? {} : acceptsPartialChains;
  return { ...loaded, ...partialChains, minVersion: 'TLSv1.2', maxVersion: profile.maximumVersion };
}
