import { BoundedMap } from './bounded-map.js';
import type { Certificate } from './certificate.js';
import type { CredentialFile } from './credential-file.js';
import { errorMessage } from './error-text.js';
import { derOf } from './read-certificate.js';
import type { Role, Shown, VerificationResult, Verifier, VerifierName } from './verifiers/verifier.js';
import { verifiers } from './verifiers/verifiers.js';

/** One who verifies a certificate, in the role in which it is shown there. */
export interface Party {
  readonly verifier: VerifierName;
  readonly role: Role;
  /** Whether it loads the files itself. A peer receives the chain, and has a CA file of its own. */
  readonly owner: boolean;
}

export interface Parties {
  readonly parties: readonly Party[];
  /** The Go release of those that are Go, such as `1.21`; undefined: the present one. */
  readonly goRelease?: string | undefined;
}

/** The files of one side of mutual TLS, each read once. */
export interface CredentialFiles {
  readonly ca: CredentialFile;
  readonly cert: CredentialFile;
  readonly key: CredentialFile;
}

/** Who verifies the agent's certificate. It loads its files by OpenSSL, and takes partial chains. */
export const agentParties: Parties = {
  parties: [
    { verifier: 'grpc-core', role: 'client', owner: true },
    { verifier: 'go', role: 'client', owner: false },
  ],
};

/**
 * The result of each party. Peers whose verifier cannot read the CA file have another one, and give no result. A verifier
 * that throws costs its own result.
 */
export async function verifyPair(
  { ca, cert, key }: CredentialFiles,
  { parties, goRelease }: Parties,
  now: Date,
  by: Readonly<Record<VerifierName, Verifier>> = verifiers,
): Promise<readonly VerificationResult[]> {
  const results: VerificationResult[] = [];
  for (const { verifier, role, owner } of parties) {
    const shown = (): Shown =>
      owner || !isGo(verifier)
        ? { cert: cert.bytes, key: key.bytes, received: !owner }
        : { chain: cert.certificates.map(({ pem }) => derOf(pem)) };
    const result = await resultOrReason(verifier, role, () =>
      by[verifier]({ ca: ca.bytes, shown: shown(), role, now, goRelease }),
    );
    results.push(...(owner || result.step === undefined || result.step === 'peer' ? [result] : []));
  }
  return results;
}

async function resultOrReason(
  verifier: VerifierName,
  role: Role,
  verify: () => Promise<VerificationResult>,
): Promise<VerificationResult> {
  try {
    return await verify();
  } catch (error: unknown) {
    const message = `gave no result: ${errorMessage(error)}`;
    return { verifier, role, trusted: undefined, step: undefined, code: undefined, message, chains: [] };
  }
}

/** Go receives a chain as it was sent; the others, which are OpenSSL, verify only what has its key. */
function isGo(verifier: VerifierName): boolean {
  return verifier === 'go' || verifier === 'go-etcd';
}

/** Why the component that owns the files cannot load them, a result per verifier. */
export function loadingFailures(
  results: readonly VerificationResult[],
  { parties }: Parties,
): readonly VerificationResult[] {
  const owners = new Set(parties.filter(({ owner }) => owner).map(({ verifier }) => verifier));
  return [...owners].flatMap(
    (owner) => results.find(({ verifier, step }) => verifier === owner && (step === 'ca' || step === 'pair')) ?? [],
  );
}

interface Known {
  readonly results: readonly VerificationResult[];
  readonly evaluatedAt: Date;
}

const known = new BoundedMap<Known>(2_048);

/**
 * The results for what `key` names: digests and parties. They cost some handshakes, so they are kept until one of the
 * certificates becomes valid or expires. A verification that rejects or that gave no result is not kept.
 */
export async function verifiedOnce(
  key: string,
  certificates: readonly Certificate[],
  now: Date,
  verify: () => Promise<readonly VerificationResult[]>,
): Promise<readonly VerificationResult[]> {
  const found = known.get(key);
  if (found !== undefined && !certificates.some((one) => changedBetween(one, found.evaluatedAt, now))) {
    return found.results;
  }
  const results = await verify();
  if (results.every(({ trusted }) => trusted !== undefined)) {
    known.set(key, { results, evaluatedAt: now });
  }
  return results;
}

/** What names the results of these files for these parties. */
export function verificationKey({ ca, cert, key }: CredentialFiles, parties: Parties): string {
  return `${ca.digest} ${cert.digest} ${key.digest} ${JSON.stringify(parties)}`;
}

/** Whether a certificate became valid or expired between two times; also where the clock was set back meanwhile. */
export function changedBetween({ notBefore, notAfter }: Certificate, one: Date, other: Date): boolean {
  return [notBefore, notAfter].some((edge) => one <= edge !== other <= edge);
}
