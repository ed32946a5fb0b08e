import type { Certificate } from './certificate.js';
import { Remembered } from './remembered.js';
import type { TrustVerdict } from './verification.js';

interface Known {
  readonly verdicts: readonly TrustVerdict[];
  readonly judgedAt: Date;
}

const known = new Remembered<Known>(2_048);

/**
 * The verdicts on what these digests name, which cost some handshakes: judged anew only when one of the certificates
 * began or ended to be valid since. A judgement that rejects is not remembered.
 */
export async function verdictsOnce(
  digests: string,
  certificates: readonly Certificate[],
  now: Date,
  judge: () => Promise<readonly TrustVerdict[]>,
): Promise<readonly TrustVerdict[]> {
  const found = known.get(digests);
  if (found !== undefined && !certificates.some((one) => changedBetween(one, found.judgedAt, now))) {
    return found.verdicts;
  }
  const verdicts = await judge();
  known.set(digests, { verdicts, judgedAt: now });
  return verdicts;
}

/** The clock may have been set back meanwhile. */
function changedBetween({ notBefore, notAfter }: Certificate, one: Date, other: Date): boolean {
  return [notBefore, notAfter].some((edge) => one <= edge !== other <= edge);
}
