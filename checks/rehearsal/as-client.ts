import { countedName, isCallerAccepted, namesEnforced, type ShownNames } from '../../cluster/access/expectation.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { remediationOfList } from '../allow-list.js';
import { type Finding, findingOf } from '../finding.js';
import { rejectionText } from '../identity.js';
import { sourceRejection } from '../source-address.js';
import { resultsOf } from '../verifier-words.js';
import { type Rehearsal, rehearsalId } from './evidence.js';
import { expected, unusableAs } from './reasons.js';

/** Whether the ports that the component calls would accept the candidate: by their lists, and by the probes made now. */
export function clientFindings(rehearsal: Rehearsal): readonly Finding[] {
  return [...listsOfCallees(rehearsal), ...probesOfCallees(rehearsal)];
}

function listsOfCallees({ candidate, component, inventory }: Rehearsal): readonly Finding[] {
  const shown = shownBy(candidate);
  if (shown === undefined) {
    return [];
  }
  return inventory.instances.flatMap((callee) =>
    callee.endpoints
      .filter((endpoint) => endpoint.profile.calledBy.includes(component) && namesEnforced(endpoint, callee))
      .map((endpoint) =>
        listFinding(callee, endpoint, shown, callee.component === component ? shown.leaf.at(-1) : undefined),
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

function probesOfCallees(rehearsal: Rehearsal): readonly Finding[] {
  return rehearsal.observations.map(({ instance, endpoint, observation }) => {
    const parts = { endpoint, identity: observation.identity };
    const source = sourceRejection({ endpoint, observation }, rehearsal.candidate.chain?.[0]);
    if (observation.outcome === 'accepted') {
      return findingOf(rehearsalId, 'pass', instance, { ...parts, message: 'accepts the new certificate now' });
    }
    return observation.outcome === 'rejected' && observation.rejection?.side === 'peer'
      ? findingOf(rehearsalId, 'fail', instance, {
          ...parts,
          message: `rejects the new certificate now: ${rejectionText(observation)}${source === undefined ? '' : `; ${source.message}`}`,
          remediation: source?.remediation ?? remediationOfRejection(rehearsal, instance, endpoint),
        })
      : findingOf(rehearsalId, 'unknown', instance, { ...parts, message: `inconclusive: ${observation.detail}` });
  });
}

/** A restart of the callee helps only where its files accept the candidate. */
function remediationOfRejection(rehearsal: Rehearsal, callee: Instance, endpoint: Endpoint): string {
  const { candidate, component, underCurrentCa, caGiven, current } = rehearsal;
  const shown = shownBy(candidate);
  const own = callee.component === component ? shown?.leaf.at(-1) : undefined;
  const listed = shown !== undefined && isCallerAccepted(endpoint, callee, shown, own) !== 'rejected';
  const rejecting = resultsOf([...candidate.results, ...(underCurrentCa ?? [])], 'client').rejected;
  if (unusableAs('client', rehearsal) || !listed || rejecting.length > 0) {
    return expected;
  }
  return caGiven && current.length === 0
    ? 'add the new CA to its CA file; if the file holds it, restart it, and rehearse again'
    : 'it holds another CA or another list than its files; restart it, and rehearse again';
}

function shownBy({ chain, ca }: Rehearsal['candidate']): ShownNames | undefined {
  const [leaf, ...above] = chain ?? [];
  return leaf && { leaf: leaf.commonNames, chain: [...above, ...(ca ?? [])].flatMap(({ commonNames }) => commonNames) };
}
