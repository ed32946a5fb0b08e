import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Certificate } from '../../credentials/certificate.js';
import { hasMismatchedCertificate, splitCertificates } from '../../credentials/pem.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import { readPkcs12 } from './pkcs12.js';

/** A private key. `key` is used in handshakes in memory, and never printed or stored. */
export interface FoundKey {
  /** The file. */
  readonly source: string;
  /** `ec prime256v1`, `rsa 2048`. */
  readonly type: string;
  /** SubjectPublicKeyInfo, DER in hex, as a certificate of this key contains it. */
  readonly publicKey: string;
  readonly key: KeyObject;
}

/** A file, port or part of one that could not be read. */
export interface Unread {
  readonly source: string;
  readonly message: string;
  readonly remediation: string;
}

/** The content of one file, standard input or port, in its order. */
export interface Contents {
  /** The path, `stdin`, or `host:port`. */
  readonly source: string;
  readonly format: 'PEM' | 'DER' | 'PKCS#12' | 'TLS' | 'neither';
  readonly certificates: readonly Certificate[];
  readonly keys: readonly FoundKey[];
  readonly unread: readonly Unread[];
}

/** Reads PEM with text around it, DER, or PKCS#12. Never throws for the content, and quotes none of it. */
export async function readContents(source: string, bytes: Buffer, password: string | undefined): Promise<Contents> {
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN ')) {
    return readPem(source, text, password);
  }
  return bytes[0] === 0x30 ? await readBinary(source, bytes, password) : empty(source, []);
}

export function empty(source: string, unread: readonly Unread[]): Contents {
  return { source, format: 'neither', certificates: [], keys: [], unread };
}

const keyBlock = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;

function readPem(source: string, text: string, password: string | undefined): Contents {
  const unread: Unread[] = [];
  const broken = (message: string, remediation: string) => unread.push({ source, message, remediation });
  const certificates = splitCertificates(text).flatMap((block, index) => {
    const certificate = certificateOf(block);
    if (certificate === undefined) {
      broken(`certificate ${index + 1} does not parse`, 'write it again');
    }
    return certificate ?? [];
  });
  if (hasMismatchedCertificate(text)) {
    broken('a certificate in it is cut short', 'write the whole file again');
  }
  const keys = [...text.matchAll(keyBlock)].flatMap(([block]) => {
    const key = privateKeyOf({ key: block, format: 'pem', passphrase: password ?? '' });
    if (key === undefined) {
      const encrypted = /ENCRYPTED/.test(block);
      broken(
        encrypted ? 'its key is encrypted' : 'its key does not parse',
        encrypted ? 'name its password with --password-file' : 'write it again, as PKCS#8 PEM',
      );
    }
    return key === undefined ? [] : [foundKey(source, key)];
  });
  return { source, format: 'PEM', certificates, keys, unread };
}

async function readBinary(source: string, bytes: Buffer, password: string | undefined): Promise<Contents> {
  const found = { source, format: 'DER' as const, certificates: [], keys: [], unread: [] };
  const certificate = certificateOf(bytes);
  if (certificate !== undefined) {
    return { ...found, certificates: [certificate] };
  }
  for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
    const key = privateKeyOf({ key: bytes, format: 'der', type, passphrase: password ?? '' });
    if (key !== undefined) {
      return { ...found, keys: [foundKey(source, key)] };
    }
  }
  const store = await readPkcs12(bytes, password ?? '');
  if ('message' in store) {
    return empty(source, [{ source, ...store }]);
  }
  const keys = store.keys.flatMap((key) => privateKeyOf({ key, format: 'der', type: 'pkcs8' }) ?? []);
  return {
    source,
    format: 'PKCS#12',
    certificates: store.certificates.flatMap((one) => certificateOf(one) ?? []),
    keys: keys.map((key) => foundKey(source, key)),
    unread: [],
  };
}

function certificateOf(text: string | Buffer): Certificate | undefined {
  try {
    return readCertificate(text);
  } catch {
    // The caller reports it; OpenSSL's reason would not help an operator.
    return undefined;
  }
}

function privateKeyOf(input: Parameters<typeof createPrivateKey>[0]): KeyObject | undefined {
  try {
    return createPrivateKey(input);
  } catch {
    // Without the cause, which could quote the key.
    return undefined;
  }
}

function foundKey(source: string, key: KeyObject): FoundKey {
  return { source, type: typeOf(key), publicKey: publicKeyOf(createPublicKey(key)), key };
}

/** SubjectPublicKeyInfo, DER in hex. */
function publicKeyOf(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('hex');
}

function typeOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const detail = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength ?? '';
  return `${asymmetricKeyType ?? 'unknown'} ${detail}`.trim();
}
