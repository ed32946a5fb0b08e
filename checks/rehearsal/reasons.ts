import { authorityText } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { Role } from '../../credentials/verifiers/verifier.js';
import { type AnotherCa, anotherCa, type CaFile } from '../another-ca.js';
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

/** The CA file that is installed with the candidate, and those of the component now. */
export function rehearsedCaFiles({ candidate, current }: Rehearsal): readonly CaFile[] {
  const installed = current.map(({ instance, facts }) => ({
    holder: `${instance.component} ${instance.name}`,
    path: facts.paths.ca ?? '',
    certificates: facts.ca ?? [],
  }));
  const given = { holder: 'the candidate', path: candidate.paths.ca ?? '', certificates: candidate.ca ?? [] };
  return [...installed, given];
}

/** As `anotherCa`, of the candidate under the CA file that is installed with it, or under the one that its peers hold. */
export function anotherCaThan(which: 'candidate' | 'current', rehearsal: Rehearsal): AnotherCa | undefined {
  const { candidate, current } = rehearsal;
  const { paths, ca: certificates = [] } = (which === 'candidate' ? candidate : current[0]?.facts) ?? {};
  return anotherCa(candidate.chain ?? [], { path: paths?.ca ?? '', certificates }, rehearsedCaFiles(rehearsal));
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
  const { chain = [], ca = [] } = candidate;
  // All CAs of TiUP have one name: the subject alone would name the CA that issued the candidate as well.
  const isOfThatName = ca.some(({ subject }) => subject === chain.at(-1)?.issuer);
  const name = isOfThatName ? authorityText : ({ subject }: Certificate) => subject;
  const issuers = [...new Set(ca.map(name))].join(' or ');
  return `the certificate is of another CA than the cluster's; issue it from ${issuers}, or pass --cacert if you rotate the CA`;
}
