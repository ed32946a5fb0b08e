import type { Certificate } from './certificate.js';

/** The issuer, by name and signature; of several, the one that expires last. The certificate itself where it is self-signed. */
export function issuerOf(certificate: Certificate, among: readonly Certificate[]): Certificate | undefined {
  return among
    .filter((other) => certificate.isIssuedBy(other))
    .sort((a, b) => b.notAfter.getTime() - a.notAfter.getTime())[0];
}

/** The chain by signatures above a certificate, whether a verifier accepts it or not: its issuer first, up to a root. */
export function issuersOf(certificate: Certificate, among: readonly Certificate[]): readonly Certificate[] {
  const chain: Certificate[] = [];
  for (let below = certificate; !below.isIssuedBy(below); ) {
    const issuer = issuerOf(below, among);
    if (issuer === undefined || chain.includes(issuer)) {
      break;
    }
    chain.push(issuer);
    below = issuer;
  }
  return chain;
}
