import { authorityText, firstDigits, isSameAuthority } from '../credentials/authority-name.js';
import type { Certificate } from '../credentials/certificate.js';
import { certificatesInUse } from '../credentials/chain-in-use.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { haveSameAuthorities, isAfterStart } from './ca-in-memory.js';
import type { Baseline } from './check.js';
import { durationText } from './duration-text.js';
import type { Status } from './finding.js';
import { urgencyOf } from './thresholds.js';

/**
 * A CA file that changed and holds the same CAs as in every earlier version, renewed with their keys. The process may hold
 * the former certificates, and what the keys sign verifies under them until they expire. Undefined for any other change.
 */
export function renewalOf(
  facts: CredentialFacts,
  { ca: first, between = [], writtenAt, processStart }: Baseline,
  now: Date,
): { readonly status: Status; readonly message: string } | undefined {
  const { ca } = facts;
  // The process may have loaded a version that the agent never read.
  const isUnread =
    processStart !== undefined && (writtenAt === undefined || isAfterStart(writtenAt.getTime(), processStart));
  if (ca === undefined || first === undefined || isUnread) {
    return undefined;
  }
  const versions = [first, ...between];
  if (!versions.every((former) => haveSameAuthorities(former, ca))) {
    return undefined;
  }
  const used = [...certificatesInUse(facts)];
  const renewed = versions
    .flat()
    .filter((former) => !ca.some(({ fingerprint }) => fingerprint === former.fingerprint))
    .filter((former) => used.some((one) => isSameAuthority(one, former)))
    .sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
  const [former] = renewed;
  const present = former && used.find((one) => isSameAuthority(one, former));
  return former === undefined || present === undefined
    ? { status: 'pass', message: 'the CA file was written again with the same CAs' }
    : { status: statusOf(former, now), message: textOf(present, former, now) };
}

function textOf(present: Certificate, former: Certificate, now: Date): string {
  const left = former.notAfter.getTime() - now.getTime();
  const until = left > 0 ? `which expires in ${durationText(left)}` : 'which has expired';
  return `${authorityText(present)} was renewed with the same key; until the process loads it, it verifies by the former certificate (SHA-256 ${firstDigits(former.fingerprint)}), ${until}`;
}

function statusOf(former: Certificate, now: Date): Status {
  switch (urgencyOf(former, now)) {
    case 'fine':
    case 'not-yet-valid':
      return 'pass';
    case 'warning':
      return 'warn';
    case 'critical':
    case 'emergency':
    case 'expired':
      return 'fail';
  }
}
