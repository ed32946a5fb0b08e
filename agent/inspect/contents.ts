import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Certificate } from '../../credentials/certificate.js';
import { hasMismatchedCertificate, splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { readPkcs12 } from './pkcs12.js';

/** A private key as far as anybody may see it; the key itself goes into handshakes in memory and nowhere else. */
export interface FoundKey {
  readonly place: string;
  /** `EC P-256`, `RSA 2048`. */
  readonly type: string;
  /** SubjectPublicKeyInfo, DER in hex: what a certificate of this key holds. */
  readonly publicKey: string;
  readonly key: KeyObject;
}

/** What cannot be read, and what to do about it. */
export interface Unread {
  readonly place: string;
  readonly message: string;
  readonly remediation: string;
}

/** What is in one file, in its order. */
export interface Contents {
  readonly place: string;
  readonly format: 'PEM' | 'DER' | 'PKCS#12' | 'TLS' | 'neither';
  readonly certificates: readonly Certificate[];
  readonly keys: readonly FoundKey[];
  readonly unread: readonly Unread[];
}

/** Reads PEM with text around it, DER, or PKCS#12. Never throws for what is in the bytes, and quotes none of them. */
export async function readContents(place: string, bytes: Buffer, password: string | undefined): Promise<Contents> {
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN ')) {
    return readPem(place, text, password);
  }
  return bytes[0] === 0x30 ? await readBinary(place, bytes, password) : empty(place, []);
}

export function empty(place: string, unread: readonly Unread[]): Contents {
  return { place, format: 'neither', certificates: [], keys: [], unread };
}

const keyBlock = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;

function readPem(place: string, text: string, password: string | undefined): Contents {
  const unread: Unread[] = [];
  const broken = (what: string, remediation: string) => unread.push({ place, message: what, remediation });
  const certificates = splitCertificates(text).flatMap((block, index) => {
    const certificate = certificateOf(block);
    if (certificate === undefined) {
      broken(`certificate ${index + 1} does not parse`, 'have it written again');
    }
    return certificate ?? [];
  });
  if (hasMismatchedCertificate(text)) {
    broken('a certificate in it is cut short', 'have the whole file written again');
  }
  const keys = [...text.matchAll(keyBlock)].flatMap(([block]) => {
    const key = privateKeyOf({ key: block, format: 'pem', passphrase: password ?? '' });
    if (key === undefined) {
      const encrypted = /ENCRYPTED/.test(block);
      broken(
        encrypted ? 'its key is encrypted' : 'its key does not parse',
        encrypted ? 'name its password with --password-file' : 'have it written again, as PKCS#8 PEM',
      );
    }
    return key === undefined ? [] : [foundKey(place, key)];
  });
  return { place, format: 'PEM', certificates, keys, unread };
}

async function readBinary(place: string, bytes: Buffer, password: string | undefined): Promise<Contents> {
  const found = { place, format: 'DER' as const, certificates: [], keys: [], unread: [] };
  const certificate = certificateOf(bytes);
  if (certificate !== undefined) {
    return { ...found, certificates: [certificate] };
  }
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    const key = privateKeyOf({ key: bytes, format: 'der', type, passphrase: password ?? '' });
    if (key !== undefined) {
      return { ...found, keys: [foundKey(place, key)] };
    }
  }
  const store = await readPkcs12(bytes, password ?? '');
  if ('message' in store) {
    return empty(place, [{ place, ...store }]);
  }
  const keys = store.keys.flatMap((key) => privateKeyOf({ key, format: 'der', type: 'pkcs8' }) ?? []);
  return {
    place,
    format: 'PKCS#12',
    certificates: store.certificates.flatMap((one) => certificateOf(one) ?? []),
    keys: keys.map((key) => foundKey(place, key)),
    unread: [],
  };
}

function certificateOf(text: string | Buffer): Certificate | undefined {
  try {
    return readCertificate(text);
  } catch {
    // What does not parse is told by whoever asked; the reason of OpenSSL tells an operator nothing.
    return undefined;
  }
}

function privateKeyOf(input: Parameters<typeof createPrivateKey>[0]): KeyObject | undefined {
  try {
    return createPrivateKey(input);
  } catch {
    // The cause is left out on purpose: it could quote what it could not parse.
    return undefined;
  }
}

function foundKey(place: string, key: KeyObject): FoundKey {
  return { place, type: typeOf(key), publicKey: publicKeyOf(createPublicKey(key)), key };
}

/** SubjectPublicKeyInfo, DER in hex. */
function publicKeyOf(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('hex');
}

function typeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const detail = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? '';
  return `${asymmetricKeyType ?? 'unknown'} ${detail}`.trim();
}
