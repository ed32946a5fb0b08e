import type { Certificate } from './certificate.js';

/** Digits of a fingerprint or identifier that a message has; `certs inspect` and the JSON of findings have all of them. */
const shownDigits = 8;

/**
 * Whether two certificates are of one CA: one subject and one key, as after a renewal. Verifiers go by both, so what one
 * of them issued verifies under the other, as long as that is valid.
 */
export function isSameAuthority(one: Certificate, other: Certificate): boolean {
  return (
    one.fingerprint === other.fingerprint ||
    (one.publicKeyFingerprint !== '' &&
      one.publicKeyFingerprint === other.publicKeyFingerprint &&
      one.subjectDer === other.subjectDer)
  );
}

/** `CN=Cluster CA (SHA-256 1a2b3c4d…, key identifier 9df7f62f…, serial 23bf7ed2…)` */
export function authorityText(certificate: Certificate): string {
  return `${certificate.subject || 'a CA without a name'} (${identifiersOf(certificate, shownDigits)})`;
}

/** The subject; as `authorityText` where `among` holds another certificate of that name. */
export function authorityName(certificate: Certificate, among: readonly Certificate[]): string {
  const { fingerprint, subject } = certificate;
  return among.some((other) => other.subject === subject && other.fingerprint !== fingerprint)
    ? authorityText(certificate)
    : subject;
}

/** As `authorityText`, with every digit: for the evidence of findings. */
export function authorityInFull(certificate: Certificate): string {
  return `${certificate.subject} (${identifiersOf(certificate)})`;
}

function identifiersOf({ fingerprint, keyIdentifiers, serialNumber }: Certificate, digits?: number): string {
  const { subject } = keyIdentifiers;
  const key = subject === undefined ? 'no key identifier' : `key identifier ${firstOf(subject, digits)}`;
  return `SHA-256 ${firstOf(fingerprint, digits)}, ${key}, serial ${firstOf(serialNumber, digits)}`;
}

/** `1a2b3c4d…`: the first digits of a fingerprint, key identifier or serial number. */
export function firstDigits(hex: string): string {
  return firstOf(hex, shownDigits);
}

function firstOf(hex: string, digits = hex.length): string {
  return hex.length <= digits ? hex : `${hex.slice(0, digits)}…`;
}
