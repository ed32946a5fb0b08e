import type { Certificate } from './certificate.js';
import type { CredentialError } from './error.js';
import type { ConfiguredPaths } from './paths.js';
import type { VerificationResult } from './verifiers/verifier.js';

/** Everything read from the files of one component at one time; holds no key material. */
export interface CredentialFacts {
  readonly paths: ConfiguredPaths;
  /** The certificate file: leaf first. Undefined when unreadable or when no path is set. */
  readonly chain: readonly Certificate[] | undefined;
  readonly ca: readonly Certificate[] | undefined;
  /** Permission bits of the key file; undefined in a volume of Kubernetes, which only its pods see. */
  readonly keyMode: number | undefined;
  /** Files that hold a private key besides the key file, with their permission bits as above. */
  readonly strayKeys: readonly { readonly file: 'ca' | 'cert'; readonly mode: number | undefined }[];
  /** Whether the key file belongs to the leaf; undefined when either could not be read. */
  readonly keyMatches: boolean | undefined;
  /** One entry for each who verifies the certificate in a role; empty when certificate, key or CA file cannot be read. */
  readonly results: readonly VerificationResult[];
  /** Why the component that owns the files cannot load them, by each TLS implementation in it. */
  readonly loadingFailures: readonly VerificationResult[];
  /** At most one per file. */
  readonly errors: readonly CredentialError[];
  /** SHA-256 of the CA file's bytes, and of those of certificate and key together. */
  readonly caDigest: string | undefined;
  readonly pairDigest: string | undefined;
  /** Modification times, in milliseconds since the epoch. */
  readonly certModifiedAt: number | undefined;
  readonly caModifiedAt: number | undefined;
}

/** The facts of files none of which was read. */
export const nothingRead: CredentialFacts = {
  paths: { ca: undefined, cert: undefined, key: undefined },
  chain: undefined,
  ca: undefined,
  keyMode: undefined,
  strayKeys: [],
  keyMatches: undefined,
  results: [],
  loadingFailures: [],
  errors: [],
  caDigest: undefined,
  pairDigest: undefined,
  certModifiedAt: undefined,
  caModifiedAt: undefined,
};
