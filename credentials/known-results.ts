import type { Certificate } from './certificate.js';
import { Remembered } from './remembered.js';
import type { VerificationResult } from './verification.js';

interface Known {
  readonly results: readonly VerificationResult[];
  readonly evaluatedAt: Date;
}

const known = new Remembered<Known>(2_048);

/**
 * The verdicts on what these digests name, which cost some handshakes: judged anew only when one of the certificates
 * began or ended to be valid since. A judgement that rejects is not remembered.
 */
export async function verifiedOnce(
  digests: string,
  certificates: readonly Certificate[],
  now: Date,
  evaluate: () => Promise<readonly VerificationResult[]>,
): Promise<readonly VerificationResult[]> {
  const found = known.get(digests);
  if (found !== undefined && !certificates.some((one) => changedBetween(one, found.evaluatedAt, now))) {
    return found.results;
  }
  const results = await evaluate();
  known.set(digests, { results, evaluatedAt: now });
  return results;
}

/** The clock may have been set back meanwhile. */
function changedBetween({ notBefore, notAfter }: Certificate, one: Date, other: Date): boolean {
  return [notBefore, notAfter].some((edge) => one <= edge !== other <= edge);
}
