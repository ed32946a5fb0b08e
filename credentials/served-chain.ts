import { BoundedMap } from './bounded-map.js';
import type { Certificate } from './certificate.js';
import { derOf } from './read-certificate.js';
import type { TrustBundle } from './trust-bundle.js';
import { changedBetween } from './verification.js';
import { askedOfGo } from './verifiers/go.js';
import { inItsWords, type VerifierName } from './verifiers/verifier.js';

/** Whose result counts for a chain that a port served. */
export interface ServedTrust {
  readonly verifier: VerifierName;
  readonly bundle: Pick<TrustBundle, 'pem' | 'digest'>;
  /** As in a verification request. */
  readonly goRelease?: string | undefined;
}

interface Known {
  readonly problem: string | undefined;
  readonly evaluatedAt: Date;
}

const known = new BoundedMap<Known>(4_096);

/**
 * Why the verifier rejects the chain, leaf first; undefined where it accepts. `code` is what OpenSSL said of the chain in
 * the handshake, with partial chains and small keys allowed: it stands where the verifier rejects as well, and where it
 * gives no result. Remembered until a certificate becomes valid or expires.
 */
export function servedChainProblem(
  chain: readonly Certificate[],
  code: string | undefined,
  trust: ServedTrust,
  now: Date,
): string | undefined {
  const { verifier, bundle, goRelease } = trust;
  const prints = chain.map(({ fingerprint }) => fingerprint).join(' ');
  const key = `${verifier} ${goRelease} ${bundle.digest} ${code} ${prints}`;
  const found = known.get(key);
  if (found !== undefined && !chain.some((one) => changedBetween(one, found.evaluatedAt, now))) {
    return found.problem;
  }
  const problem = verifier === 'go' || verifier === 'go-etcd' ? byGo(chain, code, trust, now) : byOpenssl(chain, code);
  known.set(key, { problem, evaluatedAt: now });
  return problem;
}

function byGo(
  chain: readonly Certificate[],
  code: string | undefined,
  { bundle, goRelease }: ServedTrust,
  now: Date,
): string | undefined {
  const shown = { chain: chain.map(({ pem }) => derOf(pem)) };
  const result = askedOfGo('go', { ca: Buffer.from(bundle.pem), shown, role: 'server', now, goRelease });
  // A CA file that Go cannot read is a matter of its owner; the checks of files say so.
  if (result.trusted === undefined || result.step === 'ca') {
    return code;
  }
  return result.trusted ? undefined : (code ?? inItsWords(result));
}

/** gRPC C-core at security level 2. */
function byOpenssl(chain: readonly Certificate[], code: string | undefined): string | undefined {
  const small = chain.find(({ publicKey }) => Number(/^RSA (\d+)$/.exec(publicKey)?.[1] ?? 2048) < 2048);
  return code ?? (small === undefined ? undefined : `gRPC C-core: key too small (${small.publicKey})`);
}
