/**
 * Options of a secure context: each certificate of the CA file is a trust anchor, also one that is no root, as for Go and
 * gRPC C-core. OpenSSL's default rejects every peer where the CA file holds only an intermediate.
 */
export const acceptsPartialChains = { allowPartialTrustChain: true } as const;
