import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import { type Finding, findingOf } from '../finding.js';
import { inTheirWords, resultsOf } from '../verifier-words.js';
import { type Rehearsal, rehearsalId } from './evidence.js';

/** Whether the candidate by itself is usable: matching key, trusted, valid, with the usages of its roles. */
export function candidateFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [...keyMatch(rehearsal), ...trust(rehearsal), ...validity(rehearsal), ...usages(rehearsal)];
}

function keyMatch({ candidate }: Rehearsal): readonly Finding[] {
  const problems = candidate.errors.map(({ message, hint }) =>
    findingOf(rehearsalId, 'fail', 'agent', { message, remediation: hint }),
  );
  if (problems.length > 0) {
    return problems;
  }
  return candidate.keyMatches === true
    ? [findingOf(rehearsalId, 'pass', 'agent', { message: 'certificate and key match' })]
    : [
        findingOf(rehearsalId, 'fail', 'agent', {
          message: 'certificate and key do not match',
          remediation: 'use the key of this certificate',
        }),
      ];
}

/** Peers hold the installed CA until they reload it, so the candidate must verify under that CA too. */
function trust({ candidate, component, inventory, underCurrentCa, roles }: Rehearsal): readonly Finding[] {
  const under = (results: readonly VerificationResult[], which: string, remediation: string) =>
    (['client', 'server'] as const)
      .filter((role) => roles.includes(role))
      .flatMap((role) => {
        const { accepted, rejected, inconclusive } = resultsOf(results, role);
        const words = (ones: readonly VerificationResult[]) =>
          inTheirWords({ owner: { component }, instances: inventory.instances }, ones);
        if (rejected.length > 0) {
          const message = `does not verify as ${role} under ${which} (${words(rejected)})`;
          return [findingOf(rehearsalId, 'fail', 'agent', { message, remediation })];
        }
        if (inconclusive.length > 0) {
          const message = `unknown whether it verifies as ${role} under ${which} (${words(inconclusive)})`;
          return [findingOf(rehearsalId, 'unknown', 'agent', { message })];
        }
        return accepted.length === 0
          ? []
          : [findingOf(rehearsalId, 'pass', 'agent', { message: `verifies as ${role} under ${which}` })];
      });
  return [
    ...under(
      candidate.results,
      'the CA that is installed with it',
      `issue it from that CA, with a current validity and with ${usagesOf(roles).join(' and ')}`,
    ),
    ...under(
      underCurrentCa ?? [],
      'the CA that its peers hold now',
      'first install a bundle of old and new CA everywhere, restart the components that read it only at their start, and rehearse again',
    ),
  ];
}

function validity({ candidate, current, now }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  if (leaf === undefined) {
    return [];
  }
  if (leaf.notBefore > now) {
    return [
      findingOf(rehearsalId, 'fail', 'agent', {
        message: `is not valid before ${leaf.notBefore.toISOString()}`,
        remediation: 'wait, or issue it again',
      }),
    ];
  }
  if (leaf.notAfter <= now) {
    return [
      findingOf(rehearsalId, 'fail', 'agent', {
        message: `expired ${leaf.notAfter.toISOString()}`,
        remediation: 'issue it again',
      }),
    ];
  }
  const longer = current.find(({ facts }) => (facts.chain?.[0]?.notAfter ?? leaf.notAfter) > leaf.notAfter);
  return longer === undefined
    ? [findingOf(rehearsalId, 'pass', 'agent', { message: `valid until ${leaf.notAfter.toISOString()}` })]
    : [
        findingOf(rehearsalId, 'warn', longer.instance, {
          message: `the installed certificate expires later (${longer.facts.chain?.[0]?.notAfter.toISOString()}) than the new one (${leaf.notAfter.toISOString()})`,
          remediation: 'check whether it is the right file',
        }),
      ];
}

function usages({ candidate, component, roles }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  const needed = usagesOf(roles);
  const missing = needed.filter((usage) => leaf?.extendedKeyUsage?.includes(usage) === false);
  const use = roles.length === 1 ? `as ${roles[0]}` : 'in both roles';
  return leaf === undefined || missing.length === 0
    ? []
    : [
        findingOf(rehearsalId, 'fail', 'agent', {
          message: `lacks the extended key usage ${missing.join(' and ')}; ${component} uses this certificate ${use}`,
          remediation: `issue it with ${needed.join(' and ')}`,
        }),
      ];
}

function usagesOf(roles: readonly Role[]): readonly string[] {
  return roles.map((role) => `${role}Auth`);
}
