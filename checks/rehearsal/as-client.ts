import { countedName, isCallerAccepted, namesEnforced, type ShownNames } from '../../cluster/access/expectation.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { remediationOfList } from '../allow-list.js';
import { type Finding, findingOf } from '../finding.js';
import { rejectionText } from '../identity.js';
import { type Rehearsal, rehearsalId } from './evidence.js';

/** Whether the ports that the component calls would accept the candidate: by their lists, and by the probes made now. */
export function clientFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [...listsOfCallees(rehearsal), ...probesOfCallees(rehearsal)];
}

function listsOfCallees({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const [leaf, ...above] = candidate.chain ?? [];
  if (leaf === undefined) {
    return [];
  }
  const chain = [...above, ...(candidate.ca ?? [])].flatMap(({ commonNames }) => commonNames);
  const shown = { leaf: leaf.commonNames, chain };
  return inventory.instances.flatMap((callee) =>
    callee.endpoints
      .filter((endpoint) => endpoint.profile.calledBy.includes(component) && namesEnforced(endpoint, callee))
      .map((endpoint) =>
        listFinding(callee, endpoint, shown, callee.component === component ? leaf.commonNames.at(-1) : undefined),
      ),
  );
}

function listFinding(callee: Instance, endpoint: Endpoint, shown: ShownNames, ownName: string | undefined): Finding {
  const names = shown.leaf.join(', ') || 'none';
  const origin = typeof endpoint.allowList === 'string' ? undefined : endpoint.allowList.origin;
  switch (isCallerAccepted(endpoint, callee, shown, ownName)) {
    case 'accepted':
      return findingOf(rehearsalId, 'pass', callee, { endpoint, message: `the allow-list accepts ${names}` });
    case 'undecided':
      return findingOf(rehearsalId, 'unknown', callee, {
        endpoint,
        message: `inconclusive: whether the allow-list accepts ${names} depends on the release`,
      });
    case 'rejected':
      return findingOf(rehearsalId, 'fail', callee, {
        endpoint,
        message: `the allow-list lacks its Common Name ${names}`,
        remediation: remediationOfList(
          countedName(endpoint, shown.leaf),
          origin,
          ` and restart ${callee.component} first`,
        ),
      });
  }
}

function probesOfCallees({ observations }: Rehearsal): readonly Finding[] {
  return observations.map(({ instance, endpoint, observation }) => {
    const parts = { endpoint, identity: observation.identity };
    if (observation.outcome === 'accepted') {
      return findingOf(rehearsalId, 'pass', instance, { ...parts, message: 'accepts the new certificate now' });
    }
    return observation.outcome === 'rejected' && observation.rejection?.side === 'peer'
      ? findingOf(rehearsalId, 'fail', instance, {
          ...parts,
          message: `rejects the new certificate now: ${rejectionText(observation)}`,
          remediation: 'it holds another CA or another list than its files; restart it, and rehearse again',
        })
      : findingOf(rehearsalId, 'unknown', instance, { ...parts, message: `inconclusive: ${observation.detail}` });
  });
}
