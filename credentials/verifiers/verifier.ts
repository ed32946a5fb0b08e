import { codeText } from './code-words.js';

/** The side of a handshake that shows the certificate. TiDB components use one certificate for both. */
export type Role = 'client' | 'server';

/**
 * The implementations of TLS in a cluster. `go-etcd` is Go with the CA file read as PD reads it: every PEM block has to
 * be a certificate.
 */
export const verifierNames = ['go', 'go-etcd', 'grpc-core', 'openssl'] as const;
export type VerifierName = (typeof verifierNames)[number];

/** The name of the implementation in messages. */
export const verifierTitles: Readonly<Record<VerifierName, string>> = {
  go: 'Go',
  'go-etcd': 'Go',
  'grpc-core': 'gRPC C-core',
  openssl: 'OpenSSL',
};

/** A certificate as its owner has it, or as its peers receive it. */
export type Shown =
  /** The bytes of certificate file and key file; `received` where a peer verifies what another process has loaded. */
  | { readonly cert: Buffer; readonly key: Buffer; readonly received?: boolean }
  /** DER, leaf first. Go alone verifies without the key. */
  | { readonly chain: readonly Buffer[] };

export interface VerificationRequest {
  /** The bytes of the CA file of the side that verifies. */
  readonly ca: Buffer;
  readonly shown: Shown;
  readonly role: Role;
  /** The name or address that a caller dials; undefined: names are not verified. */
  readonly host?: string | undefined;
  /** The time of verification; undefined: now. OpenSSL and gRPC C-core know no other. */
  readonly now?: Date | undefined;
  /** The Go release of a component, such as `1.21`; undefined: the present one. */
  readonly goRelease?: string | undefined;
}

/** What one implementation of TLS says of a certificate under a CA file, in one role. */
export interface VerificationResult {
  readonly verifier: VerifierName;
  readonly role: Role;
  /** Undefined where the verifier gave no result; `message` says why. */
  readonly trusted: boolean | undefined;
  /** What failed: loading the CA file, loading certificate and key, or the verification by the peer. */
  readonly step: 'ca' | 'pair' | 'peer' | undefined;
  /** The verifier's own code, such as OpenSSL's `CERT_HAS_EXPIRED`; of Go the kind of its error, such as `expired`. */
  readonly code: string | undefined;
  /** The verifier's own words. */
  readonly message: string | undefined;
  /** SHA-256 fingerprints of each chain that verifies, leaf first; empty where the verifier does not say, as OpenSSL of a client. */
  readonly chains: readonly (readonly string[])[];
}

/** Never rejects: a verifier that cannot answer says so in its result. */
export type Verifier = (request: VerificationRequest) => Promise<VerificationResult>;

/** Go: x509: negative serial number */
export function inItsWords({ verifier, message }: VerificationResult): string {
  return `${verifierTitles[verifier]}: ${message === undefined ? 'accepts' : codeText(message)}`;
}
