import type { VerificationResult } from '../../credentials/verifiers/verifier.js';

/** Which implementations accept it in a role. Go and gRPC C-core accept a chain to an intermediate CA, OpenSSL does not. */
export function acceptanceOf({ trusted, partialChainOnly }: VerificationResult) {
  return { go: trusted, grpcCore: trusted, openssl: trusted && !partialChainOnly } as const;
}

/** Roles with the same result share a line: `as client and server: by Go, OpenSSL and gRPC C-core`. */
export function acceptanceInWords(
  results: readonly VerificationResult[],
): readonly { text: string; isAccepted: boolean }[] {
  const lines = new Map<string, { readonly roles: string[]; readonly isAccepted: boolean }>();
  for (const result of results) {
    const by = acceptedBy(result);
    const line = lines.get(by) ?? { roles: [], isAccepted: acceptanceOf(result).openssl };
    line.roles.push(result.role);
    lines.set(by, line);
  }
  return [...lines].map(([by, { roles, isAccepted }]) => ({
    text: `as ${[...new Set(roles)].join(' and ')}: ${by}`,
    isAccepted,
  }));
}

function acceptedBy(result: VerificationResult): string {
  const { go, openssl } = acceptanceOf(result);
  if (openssl) {
    return 'by Go, OpenSSL and gRPC C-core';
  }
  return go
    ? `by Go and gRPC C-core; not by OpenSSL, which also needs the root (${result.code})`
    : `by NONE of Go, OpenSSL and gRPC C-core (${result.code})`;
}
