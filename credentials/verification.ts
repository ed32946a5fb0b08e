import { BoundedMap } from './bounded-map.js';
import type { Certificate } from './certificate.js';
import type { KeyPair } from './key-pair.js';
import { verifyByOpenssl } from './verifiers/openssl.js';
import type { VerificationResult, Verifier } from './verifiers/verifier.js';

/** A certificate and key under a CA file, as client, then as server. Rejects when they cannot be loaded. */
export async function verifyBothRoles(
  { certificatePem: chain, keyPem: key }: Pick<KeyPair, 'certificatePem' | 'keyPem'>,
  bundle: string,
  verify: Verifier = verifyByOpenssl,
): Promise<readonly VerificationResult[]> {
  const client = await verify({ chain, key, bundle, role: 'client' });
  return [client, await verify({ chain, key, bundle, role: 'server' })];
}

interface Known {
  readonly results: readonly VerificationResult[];
  readonly evaluatedAt: Date;
}

const known = new BoundedMap<Known>(2_048);

/**
 * The results for what these digests name. They cost some handshakes, so they are kept until one of the certificates
 * becomes valid or expires. A verification that rejects is not kept.
 */
export async function verifiedOnce(
  digests: string,
  certificates: readonly Certificate[],
  now: Date,
  verify: () => Promise<readonly VerificationResult[]>,
): Promise<readonly VerificationResult[]> {
  const found = known.get(digests);
  if (found !== undefined && !certificates.some((one) => changedBetween(one, found.evaluatedAt, now))) {
    return found.results;
  }
  const results = await verify();
  known.set(digests, { results, evaluatedAt: now });
  return results;
}

/** Also where the clock was set back meanwhile. */
function changedBetween({ notBefore, notAfter }: Certificate, one: Date, other: Date): boolean {
  return [notBefore, notAfter].some((edge) => one <= edge !== other <= edge);
}
