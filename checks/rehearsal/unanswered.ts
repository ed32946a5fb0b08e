import { profiles } from '../../cluster/components/profiles.js';
import { type Finding, findingOf } from '../finding.js';
import { type Rehearsal, rehearsalId } from './evidence.js';

/** What a rehearsal could not ask at all. Without these questions it proves nothing about the cluster. */
export function unaskedFindings({ candidate, component, roles, ...rehearsal }: Rehearsal): readonly Finding[] {
  const { observations, callerResults, unusable } = rehearsal;
  const calls = Object.values(profiles).some(({ endpoints }) =>
    endpoints.some(({ calledBy }) => calledBy.includes(component)),
  );
  const unasked = (message: string, remediation: string) =>
    findingOf(rehearsalId, 'unknown', 'agent', { message: `inconclusive: ${message}`, remediation });
  return [
    ...(roles.includes('client') && calls && observations.length === 0
      ? [
          unusable === undefined
            ? unasked(`no port that ${component} calls is known`, 'add --pd or --topology, or use --config')
            : unasked(`no port was probed with it: ${unusable.message}`, unusable.hint),
        ]
      : []),
    ...(roles.includes('server') && callerResults.length === 0 && candidate.results.length === 0
      ? [unasked('no CA file of a caller is here', 'add --cacert, or rehearse on the node of the component')]
      : []),
  ];
}

/**
 * The findings that leave open whether the rotation would work: whatever is inconclusive, except an undecided allow-list of
 * a port that answered the candidate.
 */
export function openQuestions(findings: readonly Finding[]): readonly Finding[] {
  const answered = findings.filter(({ status, identity }) => status !== 'unknown' && identity === 'candidate');
  return findings.filter((finding) => finding.status === 'unknown' && !answered.some((one) => samePort(one, finding)));
}

function samePort(one: Finding, other: Finding): boolean {
  return (
    other.endpoint !== undefined &&
    one.component === other.component &&
    one.instance === other.instance &&
    one.endpoint === other.endpoint
  );
}
