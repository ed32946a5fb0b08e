import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.js';
import { readCredentialFile } from './file.js';
import { parseCertificates, pemText } from './parse.js';

export interface TrustBundle {
  readonly pem: string;
  readonly certificates: readonly Certificate[];
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/**
 * Reads a CA file. Throws CredentialError when it holds no certificate or a broken one: Node would take an empty
 * bundle for "trust the public authorities", and a half-broken one for its readable half.
 */
export function readTrustBundle(path: string): TrustBundle {
  return trustBundleOf(readCredentialFile(path).bytes, path);
}

/** As `readTrustBundle`, from what the file held. */
export function trustBundleOf(bytes: Buffer, path: string): TrustBundle {
  const pem = pemText(bytes, path);
  return { pem, certificates: parseCertificates(pem, path), digest: bundleDigest(bytes) };
}

export function bundleDigest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
