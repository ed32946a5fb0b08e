import type { IdentityName } from '../probes/observation.js';
import type { Check, EndpointObservation } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'caller-admitted';

export const callerAdmitted: Check = {
  id,
  title: "This node's components are let in by the ports they call",
  severity: 'fail',
  description:
    "The agent calls each port as each local component that calls it would: with that component's own certificate, key and CA. A refusal here is what the component will meet at its next connection, even if its present ones still live.",
  cure: "Add the caller's Common Name to the list of the port's component, or mend the caller's pair.",
  verdicts: { fail: 'the component is refused, or would refuse the server', skip: 'it got no clear answer' },
  run: (evidence) =>
    evidence.observations
      .filter(({ endpoint, observation }) => isCaller(endpoint.profile.calledBy, observation.identity))
      .map(judge),
};

function isCaller(calledBy: readonly string[], identity: IdentityName): boolean {
  return calledBy.includes(identity.split('@')[0] ?? '');
}

function judge({ instance, endpoint, observation }: EndpointObservation): Finding {
  const { outcome, detail, identity, refusal } = observation;
  const parts = { endpoint, identity, evidence: { outcome, detail } };
  if (outcome === 'accepted') {
    return findingOf(id, 'pass', instance, { ...parts, message: `${identity} is let in` });
  }
  if (outcome === 'refused' && refusal?.side === 'peer') {
    const list = endpoint.allowList;
    const listed = typeof list === 'string' ? '' : `; its list is ${list.value.join(', ')}`;
    const cure = `add the Common Name of ${identity} to the list of ${instance.component}, or mend the pair of ${identity}`;
    return findingOf(id, 'fail', instance, { ...parts, message: `${identity} is refused: ${detail}${listed}`, cure });
  }
  const message =
    refusal?.side === 'probe' ? `${identity} would refuse this server: ${detail}` : `not known: ${detail}`;
  return refusal?.side === 'probe'
    ? findingOf(id, 'fail', instance, { ...parts, message, cure: 'see server-verifies' })
    : findingOf(id, 'skip', instance, { ...parts, message });
}
