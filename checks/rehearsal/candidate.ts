import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import { type Finding, findingOf } from '../finding.js';
import { inTheirWords, resultsOf } from '../verifier-words.js';
import { type InstalledCredentials, type Rehearsal, rehearsalId } from './evidence.js';
import { anotherCaThan, remediationOfForeignCa, unusableAs } from './reasons.js';

/** Whether the candidate by itself is usable: matching key, trusted, valid, with the usages of its roles. */
export function candidateFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [
    ...keyMatch(rehearsal),
    ...trust(rehearsal),
    ...validity(rehearsal),
    ...usages(rehearsal),
    ...alreadyInstalled(rehearsal),
    ...commonNames(rehearsal),
  ];
}

function alreadyInstalled({ candidate, current }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  return current
    .filter(({ facts }) => leaf !== undefined && facts.chain?.[0]?.fingerprint === leaf.fingerprint)
    .map(({ instance, facts }) =>
      findingOf(rehearsalId, 'warn', instance, {
        message: `the certificate is already installed as ${facts.paths.cert}`,
        remediation: 'check whether it is the right file: nothing would change',
      }),
    );
}

/** Another name than the present one may be that of another component. */
function commonNames({ candidate, component, current, others }: Rehearsal): readonly Finding[] {
  const name = candidate.chain?.[0] && nameOf(candidate.chain[0]);
  const before = current.flatMap(({ facts }) => installedNames(facts));
  const changed = new Set(name === undefined ? [] : before.filter((one) => one !== name));
  const owners = others.filter(({ facts }) => name !== undefined && installedNames(facts).includes(name));
  const owner = owners.length === 0 ? '' : `, the one of ${namesOfComponents(owners)}`;
  return [...changed].map((one) =>
    findingOf(rehearsalId, 'warn', 'agent', {
      message: `the Common Name changes from ${one} to ${name}${owner}`,
      remediation: `check whether it is the certificate of ${component}`,
    }),
  );
}

function installedNames({ chain }: CredentialFacts): readonly string[] {
  return chain?.slice(0, 1).map(nameOf) ?? [];
}

function namesOfComponents(installed: readonly InstalledCredentials[]): string {
  return [...new Set(installed.map(({ instance }) => instance.component))].join(' and ');
}

function nameOf({ commonNames }: Certificate): string {
  return commonNames.join(', ') || 'none';
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

const caFiles = {
  candidate: 'the CA that is installed with it',
  current: 'the CA that its peers hold now',
} as const;

/** Peers hold the installed CA until they reload it, so the candidate must verify under that CA too. */
function trust(rehearsal: Rehearsal): readonly Finding[] {
  const { candidate, component, inventory, underCurrentCa, roles } = rehearsal;
  const under = (
    results: readonly VerificationResult[],
    file: 'candidate' | 'current',
    remediationAs: (role: Role) => string,
  ) => {
    const which = caFiles[file];
    return (['client', 'server'] as const)
      .filter((role) => roles.includes(role))
      .flatMap((role) => {
        const { accepted, rejected, inconclusive } = resultsOf(results, role);
        const words = (ones: readonly VerificationResult[]) =>
          inTheirWords({ owner: { component }, instances: inventory.instances }, ones);
        if (rejected.length > 0) {
          const another = anotherCaThan(file, rehearsal);
          const message = `does not verify as ${role} under ${which} (${words(rejected)})${another?.message ?? ''}`;
          const evidence = another?.evidence ?? {};
          return [findingOf(rehearsalId, 'fail', 'agent', { message, remediation: remediationAs(role), evidence })];
        }
        if (inconclusive.length > 0) {
          const message = `unknown whether it verifies as ${role} under ${which} (${words(inconclusive)})`;
          return [findingOf(rehearsalId, 'unknown', 'agent', { message })];
        }
        return accepted.length === 0
          ? []
          : [findingOf(rehearsalId, 'pass', 'agent', { message: `verifies as ${role} under ${which}` })];
      });
  };
  return [
    ...under(candidate.results, 'candidate', (role) => {
      const again = `issue it from that CA, with a current validity and with ${usagesOf(roles).join(' and ')}`;
      return unusableAs(role, rehearsal) ? again : remediationOfForeignCa(rehearsal, role, again);
    }),
    ...under(
      underCurrentCa ?? [],
      'current',
      () =>
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
