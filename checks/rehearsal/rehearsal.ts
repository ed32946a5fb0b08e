import { countedName, isCallerAccepted, namesEnforced } from '../../cluster/access/expectation.js';
import { profiles } from '../../cluster/components/profiles.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import type { Finding } from '../finding.js';
import { findingOf } from '../finding-of.js';
import { remediationOfList } from '../list-remediation.js';
import type { Rehearsal } from './evidence.js';
import { pairFindings, rehearsalId } from './rehearsed-pair.js';
import { rotationSteps } from './rotation-steps.js';

/** Whether a rotation to the candidate would work, and in which order; passes only if nothing would break. */
export function rehearse(rehearsal: Rehearsal): readonly Finding[] {
  const { roles } = rehearsal;
  const findings = [
    ...pairFindings(rehearsal),
    ...(roles.includes('server') ? [...names(rehearsal), ...listsOfCallers(rehearsal), ...callers(rehearsal)] : []),
    ...(roles.includes('client') ? [...lists(rehearsal), ...callees(rehearsal)] : []),
  ];
  const broken = findings.some(({ status }) => status === 'fail');
  const result = broken
    ? findingOf(rehearsalId, 'fail', 'agent', {
        message: 'this rotation would break something: install nothing yet',
        remediation: 'mend what failed, and rehearse again',
      })
    : findingOf(rehearsalId, 'pass', 'agent', {
        message: 'this rotation would work, in this order',
        evidence: { steps: rotationSteps(rehearsal) },
      });
  return [...findings, result];
}

/** What each instance advertises is what its callers dial. */
function names({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  const served = inventory.instances.filter((instance) => instance.component === component);
  return served.flatMap((instance) => {
    const hosts = new Set([
      ...instance.advertisedHosts.map(({ value }) => value),
      ...instance.endpoints.map(({ host }) => host),
    ]);
    const uncovered = [...hosts].filter((host) => leaf !== undefined && !leaf.coversHost(host));
    return uncovered.length === 0
      ? [findingOf(rehearsalId, 'pass', instance, { message: `covers ${[...hosts].join(', ')}` })]
      : uncovered.map((host) =>
          findingOf(rehearsalId, 'fail', instance, {
            message: `does not cover ${host}, which callers dial`,
            remediation: `issue it with ${host} among its SANs, or install it only where it belongs`,
          }),
        );
  });
}

/** The candidate's name in the list of every port that the component calls. */
function lists({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  if (leaf === undefined) {
    return [];
  }
  const chain = [...(candidate.chain ?? []).slice(1), ...(candidate.ca ?? [])].flatMap(
    ({ commonNames }) => commonNames,
  );
  const shown = { leaf: leaf.commonNames, chain };
  return inventory.instances.flatMap((callee) =>
    callee.endpoints
      .filter((endpoint) => endpoint.profile.calledBy.includes(component) && namesEnforced(endpoint, callee))
      .map((endpoint) => {
        const agent = callee.component === component ? leaf.commonNames.at(-1) : undefined;
        const result = isCallerAccepted(endpoint, callee, shown, agent);
        const names = leaf.commonNames.join(', ');
        const name = names || 'none';
        const where = typeof endpoint.allowList === 'string' ? '' : ` at ${formatOrigin(endpoint.allowList.origin)}`;
        return result === 'rejected'
          ? findingOf(rehearsalId, 'fail', callee, {
              endpoint,
              message: `its Common Name ${name} is not in the list`,
              remediation: remediationOfList(
                countedName(endpoint, leaf.commonNames),
                where,
                ` and restart ${callee.component} first`,
              ),
            })
          : findingOf(rehearsalId, result === 'accepted' ? 'pass' : 'unknown', callee, {
              endpoint,
              message: result === 'accepted' ? `the list admits ${name}` : `not known whether the list admits ${name}`,
            });
      }),
  );
}

/** PD holds its list against the servers it dials, too. */
function listsOfCallers({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const leaf = candidate.chain?.[0];
  if (leaf === undefined) {
    return [];
  }
  const name = leaf.commonNames.at(-1) ?? '';
  const called = profiles[component].endpoints.flatMap(({ calledBy }) => calledBy);
  return inventory.instances.flatMap((caller) => {
    const list = caller.security.allowedCommonNames;
    return profiles[caller.component].needsOwnCommonName &&
      called.includes(caller.component) &&
      list !== undefined &&
      !list.value.includes(name)
      ? [
          findingOf(rehearsalId, 'fail', caller, {
            message: `${caller.component} takes only servers of its list, and ${name || 'a certificate without Common Name'} is not in it`,
            remediation: remediationOfList(
              name,
              ` at ${formatOrigin(list.origin)}`,
              ` and restart ${caller.component} first`,
            ),
          }),
        ]
      : [];
  });
}

function callers({ callerResults }: Rehearsal): readonly Finding[] {
  return callerResults.map(({ caller, result }) =>
    result.trusted
      ? findingOf(rehearsalId, 'pass', caller, { message: 'would trust it as a server, by the CA file it has' })
      : findingOf(rehearsalId, 'fail', caller, {
          message: `would refuse it as a server, by the CA file it has (${result.code})`,
          remediation: 'give it a bundle of old and new CA first, and restart it',
        }),
  );
}

function callees({ observations }: Rehearsal): readonly Finding[] {
  return observations.map(({ instance, endpoint, observation }) => {
    const parts = { endpoint, identity: observation.identity };
    if (observation.outcome === 'accepted') {
      return findingOf(rehearsalId, 'pass', instance, { ...parts, message: 'lets the candidate in now' });
    }
    return observation.outcome === 'rejected' && observation.rejection?.side === 'peer'
      ? findingOf(rehearsalId, 'fail', instance, {
          ...parts,
          message: `refuses the candidate now: ${observation.detail}`,
          remediation: 'it holds another CA or another list than its files; restart it, and rehearse again',
        })
      : findingOf(rehearsalId, 'unknown', instance, { ...parts, message: `could not be asked: ${observation.detail}` });
  });
}
