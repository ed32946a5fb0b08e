import { createHash, type KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.js';
import { CredentialError } from './error.js';
import { readCredentialFile } from './file.js';
import { parseCertificates, parseKey, pemText } from './parse.js';

export interface KeyPair {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** Leaf first. */
  readonly chain: readonly Certificate[];
  readonly leaf: Certificate;
  /** SHA-256 of both files' bytes, hex. */
  readonly digest: string;
}

/** Reads a certificate file and its key, and makes sure that they belong together. Throws CredentialError. */
export function readKeyPair(paths: { readonly cert: string; readonly key: string }): KeyPair {
  const cert = readCredentialFile(paths.cert);
  const key = readCredentialFile(paths.key);
  return keyPairOf(cert.bytes, key.bytes, paths);
}

/** As `readKeyPair`, from what the files held; `paths` are for the errors. */
export function keyPairOf(cert: Buffer, key: Buffer, paths: { readonly cert: string; readonly key: string }): KeyPair {
  const certificatePem = pemText(cert, paths.cert);
  const keyPem = pemText(key, paths.key);
  const chain = parseCertificates(certificatePem, paths.cert);
  const leaf = requireMatch(chain, parseKey(keyPem, paths.key), paths);
  return { certificatePem, keyPem, chain, leaf, digest: pairDigest(cert, key) };
}

export function pairDigest(cert: Buffer, key: Buffer): string {
  return createHash('sha256').update(cert).update('\0').update(key).digest('hex');
}

function requireMatch(
  chain: readonly Certificate[],
  key: KeyObject,
  paths: { readonly cert: string; readonly key: string },
): Certificate {
  const [leaf, ...others] = chain;
  if (leaf?.matchesKey(key) === true) {
    return leaf;
  }
  if (others.some((certificate) => certificate.matchesKey(key))) {
    throw new CredentialError(
      'chain_order',
      paths.cert,
      'the certificate of the key is not the first one',
      'put the leaf first, then its issuers',
    );
  }
  throw new CredentialError(
    'key_mismatch',
    paths.key,
    `is not the key of ${paths.cert}`,
    'install the key that was made with this certificate',
  );
}
