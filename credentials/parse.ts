import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.js';
import { CredentialError } from './error.js';
import { certificateOf } from './known-certificates.js';
import { hasMismatchedCertificate, hasPrivateKey, splitCertificates } from './pem.js';
import { derOf } from './read-certificate.js';

/** PEM text of a file's bytes. A NUL byte means DER, PKCS#12 or UTF-16: a TiKV that reads such a file ends. */
export function pemText(bytes: Buffer, path: string): string {
  if (bytes.includes(0) || bytes[0] === 0x30) {
    throw new CredentialError('not_pem', path);
  }
  return bytes.toString('utf8');
}

/** Every certificate of a PEM text, in order; at least one, and none of them broken. Throws CredentialError. */
export function parseCertificates(pem: string, path: string): readonly Certificate[] {
  const blocks = splitCertificates(pem);
  if (hasMismatchedCertificate(pem)) {
    throw new CredentialError('bad_pem', path, { message: 'a certificate in it is cut short' });
  }
  if (blocks.length === 0) {
    throw new CredentialError('no_certificate', path);
  }
  return blocks.map((block, index) => {
    try {
      return certificateOf(derOf(block));
    } catch (cause: unknown) {
      throw new CredentialError('bad_pem', path, { message: `certificate ${index + 1} does not parse`, cause });
    }
  });
}

/** The private key of a PEM text. Throws CredentialError; no error ever holds a byte of it. */
export function parseKey(pem: string, path: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) {
    throw new CredentialError('encrypted_key', path);
  }
  if (!hasPrivateKey(pem)) {
    throw new CredentialError('no_key', path);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is left out on purpose: it could quote what it could not parse.
    throw new CredentialError('unsupported_key', path);
  }
}
