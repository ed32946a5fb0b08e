import type { Certificate } from './certificate.js';
import type { CredentialFile } from './credential-file.js';
import { readCredentialFile } from './file.js';

export interface TrustBundle {
  readonly pem: string;
  readonly certificates: readonly Certificate[];
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/**
 * Reads a CA file once. Throws CredentialError when it holds no certificate or a broken one: Node would take an empty
 * bundle for "trust the public authorities", and a half-broken one for its readable half.
 */
export function readTrustBundle(path: string): TrustBundle {
  return trustBundleOf(readCredentialFile(path));
}

/** As `readTrustBundle`, of a file that was read. */
export function trustBundleOf({ pem, certificates, digest }: CredentialFile): TrustBundle {
  return { pem, certificates, digest };
}
