/** The side of a handshake that shows the certificate. TiDB components use one certificate for both. */
export type Role = 'client' | 'server';

export interface VerificationRequest {
  /** PEM, the certificate first, then its issuers. */
  readonly chain: string;
  /** PEM of the private key of the first certificate, for verifiers that load it as its owner would. */
  readonly key: string;
  /** PEM of the CA file of the side that verifies. */
  readonly bundle: string;
  readonly role: Role;
  /** Host names or IP addresses that the certificate must cover; undefined: names are not verified. */
  readonly names?: readonly string[] | undefined;
  /** The time of verification; undefined: now. */
  readonly now?: Date | undefined;
}

/** What one implementation of TLS says of a certificate under a CA file, in one role. */
export interface VerificationResult {
  readonly role: Role;
  readonly trusted: boolean;
  /** The verifier's own code, such as OpenSSL's `CERT_HAS_EXPIRED`; undefined when trusted without reservation. */
  readonly code: string | undefined;
  /** True when it verifies only with a partial chain: Go and gRPC C-core accept that, OpenSSL's default does not. */
  readonly partialChainOnly: boolean;
  /** The verifier's own words, where it has more than a code. */
  readonly message?: string;
  /** Which certificate of the chain the code is about, 0 for the first; left out where the verifier does not say. */
  readonly depth?: number;
}

/** Rejects only when certificate and key cannot be loaded at all. */
export type Verifier = (request: VerificationRequest) => Promise<VerificationResult>;
