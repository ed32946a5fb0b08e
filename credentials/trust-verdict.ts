/** The side of a handshake on which a pair is used. TiDB components use one pair for both. */
export type Role = 'client' | 'server';

/** OpenSSL's own judgement of a pair under a trust bundle, in one role. */
export interface TrustVerdict {
  readonly role: Role;
  readonly trusted: boolean;
  /** OpenSSL's verify code, such as `CERT_HAS_EXPIRED`; undefined when trusted. */
  readonly code: string | undefined;
  /** True when it verifies only with a partial chain: Go and gRPC C-core accept that, OpenSSL's default does not. */
  readonly partialChainOnly: boolean;
}
