import type { Role } from '../../credentials/verifiers/verifier.js';
import type { Rehearsal } from './evidence.js';

/** The fix where a finding on the candidate itself already says why a peer rejects it. */
export const expected = 'expected: see the findings above';

/** Whether the candidate is unusable in this role whatever CA its peers hold: outside its time, or without the usage. */
export function unusableAs(role: Role, { candidate, now }: Rehearsal): boolean {
  const leaf = candidate.chain?.[0];
  return (
    leaf === undefined ||
    leaf.notAfter <= now ||
    leaf.notBefore > now ||
    leaf.extendedKeyUsage?.includes(`${role}Auth`) === false
  );
}

/** The fix where the candidate does not verify under the CA of a peer. */
export function remediationOfForeignCa(rehearsal: Rehearsal, role: Role, withNewCa: string): string {
  const { candidate, caGiven } = rehearsal;
  if (unusableAs(role, rehearsal)) {
    return expected;
  }
  if (caGiven) {
    return withNewCa;
  }
  const issuers = [...new Set((candidate.ca ?? []).map(({ subject }) => subject))].join(' or ');
  return `the certificate is of another CA than the cluster's; issue it from ${issuers}, or pass --cacert if you rotate the CA`;
}
