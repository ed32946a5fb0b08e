import type { X509Certificate } from 'node:crypto';

/** The facts of one certificate that a person or a check needs (RFC 5280 terms). */
export interface Certificate {
  /** One line, most specific last as in the certificate: `O=PingCAP, OU=TiUP, CN=tikv`. */
  readonly subject: string;
  readonly issuer: string;
  /** Every CN of the subject in the order of the certificate: Go compares the last, TiKV the first. */
  readonly commonNames: readonly string[];
  readonly subjectAltNames: SubjectAltNames;
  /** RFC 5280 names (`digitalSignature`, `keyCertSign` …); undefined when the extension is absent. */
  readonly keyUsage: readonly string[] | undefined;
  /** `serverAuth`, `clientAuth`, or an OID; undefined when the extension is absent (good for both roles). */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly isCertificateAuthority: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly serialNumber: string;
  /** SHA-256 of the DER form, lower-case hex without separators. */
  readonly fingerprint: string;
  /** `EC P-256`, `RSA 2048`, `Ed25519`. */
  readonly publicKey: string;
  readonly x509: X509Certificate;
}

export interface SubjectAltNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly uri: readonly string[];
}
