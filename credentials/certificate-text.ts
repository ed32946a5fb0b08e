import { createHash, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import type { Certificate, SubjectAltNames } from './certificate.js';
import { shortened } from './shortened.js';

/** The extended key usages of TLS by OID (RFC 5280, 4.2.1.12). */
export const usageNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
};

export const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
] as const;

/** The names of RFC 5480 by those of OpenSSL. */
const curveNames: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** `EC P-256`, `RSA 2048`, `ed25519`. */
export function keyType({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { namedCurve = '', modulusLength = '' } = asymmetricKeyDetails ?? {};
  switch (asymmetricKeyType) {
    case 'ec':
      return `EC ${curveNames[namedCurve] ?? namedCurve}`;
    case 'rsa':
      return `RSA ${modulusLength}`;
    default:
      return asymmetricKeyType ?? 'unknown';
  }
}

/** SHA-256 of a SubjectPublicKeyInfo in hex; empty of an empty one, since two keys that cannot be read are not the same. */
export function keyFingerprint(derHex: string): string {
  return derHex === '' ? '' : createHash('sha256').update(derHex, 'hex').digest('hex');
}

/** `DNS:a, IP Address:10.0.0.1, URI:b` as Node writes it; a value with odd characters is in quotes there. */
export function alternativeNamesIn(text: string): SubjectAltNames {
  const entries = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const of = (kind: string) =>
    entries
      .map((entry) => entry.trim())
      .filter((entry) => entry.startsWith(kind))
      .map((entry) => entry.slice(kind.length));
  return { dns: of('DNS:'), ip: of('IP Address:'), uri: of('URI:'), email: of('email:') };
}

/** Node gives one value as it is, several as a list. */
export function listed(value: unknown): readonly string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** Longer than any name that a person gave. */
const longestName = 512;

/** Node writes one attribute a line, with line breaks inside values escaped. */
export function oneLine(name: string | undefined): string {
  return shortened((name ?? '').split('\n').join(', '), longestName);
}

/** The names that callers compare a host with. An IP address of type DNS, which covers no host, says that it is one. */
export function hostNamesOf({ subjectAltNames: { dns, ip } }: Pick<Certificate, 'subjectAltNames'>): readonly string[] {
  return [...dns.map((name) => (isIP(name) === 0 ? name : `${name} (as a DNS name)`)), ...ip];
}
