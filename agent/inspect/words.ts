import { durationText } from '../../checks/duration-text.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { VerificationResult } from '../../credentials/verifiers/verifier.js';

/** `2027-01-08 08:00 UTC` */
export function timeInWords(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export type Validity = 'valid' | 'ended' | 'not yet';

export function validityOf({ notBefore, notAfter }: Certificate, now: Date): Validity {
  if (notAfter <= now) {
    return 'ended';
  }
  return notBefore > now ? 'not yet' : 'valid';
}

/** `ends in 43 days, 2027-01-08 08:00 UTC` */
export function validityInWords(certificate: Certificate, now: Date): string {
  const { notBefore, notAfter } = certificate;
  const span = (date: Date) => durationText(date.getTime() - now.getTime());
  switch (validityOf(certificate, now)) {
    case 'ended':
      return `ENDED ${span(notAfter)} ago, ${timeInWords(notAfter)}`;
    case 'not yet':
      return `NOT YET valid: begins in ${span(notBefore)}, ${timeInWords(notBefore)}; ends ${timeInWords(notAfter)}`;
    case 'valid':
      return `ends in ${span(notAfter)}, ${timeInWords(notAfter)} (began ${timeInWords(notBefore)})`;
  }
}

/** What it may be used for, in the terms of RFC 5280. */
export function usagesInWords({ extendedKeyUsage, keyUsage, isCertificateAuthority }: Certificate): string {
  const roles =
    extendedKeyUsage?.join(', ') ?? (isCertificateAuthority ? undefined : 'client and server (not limited)');
  return [roles, keyUsage?.join(', ')].filter((one) => one !== undefined && one !== '').join('; ') || 'not limited';
}

/** Who would accept it in a role. Go and gRPC C-core are content with a chain to an intermediate, OpenSSL is not. */
export function acceptanceOf({ trusted, partialChainOnly }: VerificationResult) {
  return { go: trusted, grpcCore: trusted, openssl: trusted && !partialChainOnly } as const;
}

/** A line per way of being judged: `as client and server: by Go, OpenSSL and gRPC C-core`. */
export function resultsInWords(results: readonly VerificationResult[]): readonly { text: string; good: boolean }[] {
  const lines = new Map<string, { readonly roles: string[]; readonly good: boolean }>();
  for (const result of results) {
    const by = acceptedBy(result);
    const line = lines.get(by) ?? { roles: [], good: acceptanceOf(result).openssl };
    line.roles.push(result.role);
    lines.set(by, line);
  }
  return [...lines].map(([by, { roles, good }]) => ({ text: `as ${[...new Set(roles)].join(' and ')}: ${by}`, good }));
}

function acceptedBy(result: VerificationResult): string {
  const { go, openssl } = acceptanceOf(result);
  if (openssl) {
    return 'by Go, OpenSSL and gRPC C-core';
  }
  return go
    ? `by Go and gRPC C-core; not by OpenSSL, which wants the root, too (${result.code})`
    : `by NOBODY (${result.code})`;
}
