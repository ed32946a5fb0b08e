import type { KeyObject } from 'node:crypto';

/**
 * The facts of one certificate that a person or a check needs (RFC 5280 terms). Whatever the bytes are, no property and no
 * method throws: a field that cannot be decoded has its empty value and is named in `unreadable`.
 */
export interface Certificate {
  /** One line, in the order of the certificate: `O=PingCAP, OU=TiUP, CN=tikv`. */
  readonly subject: string;
  readonly issuer: string;
  /** The subject as in the certificate, DER in hex: what a server names in its CertificateRequest. */
  readonly subjectDer: string;
  /** Every CN of the subject in the order of the certificate: Go compares the last, TiKV the first. */
  readonly commonNames: readonly string[];
  readonly organizationalUnits: readonly string[];
  readonly subjectAltNames: SubjectAltNames;
  /** RFC 5280 names (`digitalSignature`, `keyCertSign` …); undefined when the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** `serverAuth`, `clientAuth`, or an OID; undefined when the extension is absent (good for both roles). */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly isCertificateAuthority: boolean;
  /** 1970 where it cannot be decoded, so that such a certificate counts as expired, as it does for OpenSSL. */
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serialNumber: string;
  readonly keyIdentifiers: KeyIdentifiers;
  /** SHA-256 of the DER form, lower-case hex without separators. */
  readonly fingerprint: string;
  /** `EC P-256`, `RSA 2048`, `Ed25519`; `unknown` where OpenSSL can make no key of it. */
  readonly publicKey: string;
  /** SubjectPublicKeyInfo, DER in hex; empty where OpenSSL can make no key of it. */
  readonly publicKeyDer: string;
  /** SHA-256 of that, hex, the same for a CA that was renewed with its key; empty where that is. */
  readonly publicKeyFingerprint: string;
  /** PEM of the whole certificate. */
  readonly pem: string;
  /** The fields that cannot be decoded. The first time decodes every field, which costs about a millisecond. */
  readonly unreadable: readonly CertificateField[];
  /**
   * Whether the SANs cover a host or IP address, by the rules of Go and gRPC C-core: the CN does not count, a wildcard is a
   * whole label, one trailing dot of the host is dropped, and an IP address has to be a SAN of type IP.
   */
  coversHost(host: string): boolean;
  /** As `coversHost`, where a Common Name counts if there is no SAN (gRPC C-core). */
  coversHostByName(host: string): boolean;
  /** Whether it is the certificate of this private key. */
  matchesKey(key: KeyObject): boolean;
  /** Whether the key of `issuer` made the signature. */
  isSignedBy(issuer: Certificate): boolean;
  /** As `isSignedBy`, and the names and key identifiers fit. */
  isIssuedBy(issuer: Certificate): boolean;
}

/** By RFC 5280, 4.2.1.1 and 4.2.1.2, in lower-case hex; what the certificate does not have is undefined. */
export interface KeyIdentifiers {
  readonly subject?: string | undefined;
  /** Of the issuer's key. */
  readonly authority?: string | undefined;
  /** Of the issuer's certificate: OpenSSL then accepts no other, even of the same key. Rarely present. */
  readonly authoritySerial?: string | undefined;
}

export interface SubjectAltNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
  readonly email: readonly string[];
}

/** Every field of a certificate, for whoever asks for all of them. */
export const certificateFields = [
  'subject',
  'issuer',
  'subjectDer',
  'commonNames',
  'organizationalUnits',
  'subjectAltNames',
  'keyUsage',
  'extendedKeyUsage',
  'isCertificateAuthority',
  'notBefore',
  'notAfter',
  'serialNumber',
  'keyIdentifiers',
  'fingerprint',
  'publicKey',
  'publicKeyDer',
  'publicKeyFingerprint',
  'pem',
] as const satisfies readonly (keyof Certificate)[];

export type CertificateField = (typeof certificateFields)[number];
