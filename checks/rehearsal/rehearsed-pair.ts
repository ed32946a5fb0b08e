import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { Finding } from '../finding.js';
import { findingOf } from '../finding-of.js';
import type { Rehearsal } from './evidence.js';

export const rehearsalId = 'rehearse';

/** What the candidate is by itself: a pair, trusted, valid, and for what it is to be used as. */
export function pairFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [...pair(rehearsal), ...trust(rehearsal), ...validity(rehearsal), ...usages(rehearsal)];
}

function pair({ candidate }: Rehearsal): readonly Finding[] {
  const problems = candidate.errors.map(({ message, hint }) =>
    findingOf(rehearsalId, 'fail', 'agent', { message, remediation: hint }),
  );
  if (problems.length > 0) {
    return problems;
  }
  return candidate.keyMatches === true
    ? [findingOf(rehearsalId, 'pass', 'agent', { message: 'certificate and key belong together' })]
    : [
        findingOf(rehearsalId, 'fail', 'agent', {
          message: 'certificate and key do not belong together',
          remediation: 'take the key that was made with this certificate',
        }),
      ];
}

/** Peers hold the CA in place until they are restarted or touched, so the candidate must be good under that one too. */
function trust({ candidate, underCurrentCa, roles }: Rehearsal): readonly Finding[] {
  const under = (results: readonly VerificationResult[], which: string, remediation: string) =>
    results
      .filter(({ role }) => roles.includes(role))
      .map(({ role, trusted, code }) =>
        trusted
          ? findingOf(rehearsalId, 'pass', 'agent', { message: `good as ${role} under ${which}` })
          : findingOf(rehearsalId, 'fail', 'agent', {
              message: `not good as ${role} under ${which} (${code})`,
              remediation,
            }),
      );
  return [
    ...under(
      candidate.results,
      'the CA it will live with',
      `issue it from that CA, valid and with ${usagesOf(roles).join(' and ')}`,
    ),
    ...under(
      underCurrentCa ?? [],
      'the CA that its peers hold now',
      'first install a bundle of old and new CA everywhere, restart what reads it only then, and rehearse again',
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
        remediation: 'wait, or issue it anew',
      }),
    ];
  }
  if (leaf.notAfter <= now) {
    return [
      findingOf(rehearsalId, 'fail', 'agent', {
        message: `ended ${leaf.notAfter.toISOString()}`,
        remediation: 'issue it anew',
      }),
    ];
  }
  const longer = current.find(({ facts }) => (facts.chain?.[0]?.notAfter ?? leaf.notAfter) > leaf.notAfter);
  return longer === undefined
    ? [findingOf(rehearsalId, 'pass', 'agent', { message: `valid until ${leaf.notAfter.toISOString()}` })]
    : [
        findingOf(rehearsalId, 'warn', longer.instance, {
          message: `the one in place ends later (${longer.facts.chain?.[0]?.notAfter.toISOString()}) than the candidate (${leaf.notAfter.toISOString()})`,
          remediation: 'see whether it is the right file',
        }),
      ];
}

function usages({ candidate, component, roles }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  const needed = usagesOf(roles);
  const missing = needed.filter((usage) => leaf?.extendedKeyUsage?.includes(usage) === false);
  const use = roles.length === 1 ? `as ${roles[0]}` : 'in both directions';
  return leaf === undefined || missing.length === 0
    ? []
    : [
        findingOf(rehearsalId, 'fail', 'agent', {
          message: `lacks the usage ${missing.join(' and ')}, and ${component} uses this pair ${use}`,
          remediation: `issue it with ${needed.join(' and ')}`,
        }),
      ];
}

function usagesOf(roles: readonly Role[]): readonly string[] {
  return roles.map((role) => `${role}Auth`);
}
