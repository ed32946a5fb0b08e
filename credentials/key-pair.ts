import { createHash } from 'node:crypto';
import type { Certificate } from './certificate.js';
import type { CredentialFile } from './credential-file.js';
import { CredentialError } from './error.js';
import { readCredentialFile } from './file.js';
import type { KeyPairPaths } from './paths.js';

/** A certificate with its issuers, and its private key. */
export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
  readonly leaf: Certificate;
  /** SHA-256 of both files' bytes, hex. */
  readonly digest: string;
}

/** Reads a certificate file and its key file once. Throws CredentialError, also where they do not belong together. */
export function readKeyPair({ cert, key }: KeyPairPaths): KeyPair {
  return keyPairOf(readCredentialFile(cert), readCredentialFile(key));
}

/** As `readKeyPair`, of files that were read. */
export function keyPairOf(cert: CredentialFile, key: CredentialFile): KeyPair {
  const [certificatePem, keyPem] = [cert.pem, key.pem];
  const chain = cert.certificates;
  const [leaf] = chain;
  if (leaf?.matchesKey(key.privateKey) !== true) {
    throw chainOrder(cert, key) ?? keyMismatch(cert, key);
  }
  return { certificatePem, keyPem, chain, leaf, digest: pairDigest(cert, key) };
}

export function pairDigest(cert: CredentialFile, key: CredentialFile): string {
  return createHash('sha256').update(cert.bytes).update('\0').update(key.bytes).digest('hex');
}

/** The error for a certificate file whose first certificate is not that of the key, but a later one is. */
export function chainOrder({ certificates, path }: CredentialFile, key: CredentialFile): CredentialError | undefined {
  return certificates.some((one) => one.matchesKey(key.privateKey))
    ? new CredentialError('chain_order', path)
    : undefined;
}

function keyMismatch(cert: CredentialFile, key: CredentialFile): CredentialError {
  return new CredentialError('key_mismatch', key.path, { message: `is not the key of ${cert.path}` });
}
