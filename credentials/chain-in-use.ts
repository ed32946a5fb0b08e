import type { Certificate } from './certificate.js';
import type { CredentialFacts } from './facts.js';
import { issuersOf } from './issuer.js';

/**
 * The certificates of these files that a verification uses: the leaf, and of each result that accepts it the chain that
 * is valid longest. Where no verifier accepts the leaf it is the chain by signatures, and without a leaf every one of the
 * file. Others only lie in a file, as an expired CA beside its successor does.
 */
export function certificatesInUse({
  chain = [],
  ca = [],
  results,
}: Pick<CredentialFacts, 'chain' | 'ca' | 'results'>): ReadonlySet<Certificate> {
  const all = [...chain, ...ca];
  const accepted = results.filter(({ chains }) => chains.length > 0);
  if (accepted.length === 0) {
    const [leaf] = chain;
    return new Set(leaf === undefined ? all : [leaf, ...issuersOf(leaf, all)]);
  }
  const used = new Set(accepted.flatMap(({ chains }) => longestValid(chains, all)));
  return new Set(all.filter((certificate, index) => index === 0 || used.has(certificate.fingerprint)));
}

function longestValid(chains: readonly (readonly string[])[], all: readonly Certificate[]): readonly string[] {
  const expiry = new Map(all.map(({ fingerprint, notAfter }) => [fingerprint, notAfter.getTime()]));
  const endOf = (chain: readonly string[]) =>
    Math.min(...chain.map((fingerprint) => expiry.get(fingerprint) ?? Number.POSITIVE_INFINITY));
  return [...chains].sort((a, b) => endOf(b) - endOf(a))[0] ?? [];
}
