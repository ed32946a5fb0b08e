import type { IdentityName } from '../probes/observation.js';
import type { Check, EndpointObservation } from './check.js';
import type { Finding } from './finding.js';
import { findingOf } from './finding-of.js';

const id = 'caller-accepted';

export const callerAccepted: Check = {
  id,
  title: "This node's components are let in by the ports they call",
  severity: 'fail',
  description:
    "The agent calls each port as each local component that calls it would: with that component's own certificate, key and CA. A refusal here is what the component will meet at its next connection, even if its present ones still live.",
  remediation: "Add the caller's Common Name to the list of the port's component, or mend the caller's pair.",
  results: { fail: 'the component is refused, or would refuse the server', unknown: 'it got no clear answer' },
  run: (evidence) =>
    evidence.observations
      .filter(({ endpoint, observation }) => isCaller(endpoint.profile.calledBy, observation.identity))
      .map(evaluate),
};

/** The agent itself, a caller of every port, is the subject of endpoint-answers. */
function isCaller(calledBy: readonly string[], identity: IdentityName): boolean {
  return identity !== 'agent' && calledBy.includes(identity.split('@')[0] ?? '');
}

function evaluate({ instance, endpoint, observation }: EndpointObservation): Finding {
  const { outcome, detail, identity, rejection } = observation;
  const parts = { endpoint, identity, evidence: { outcome, detail } };
  if (outcome === 'accepted') {
    return findingOf(id, 'pass', instance, { ...parts, message: `${identity} is let in` });
  }
  if (outcome === 'rejected' && rejection?.side === 'peer') {
    const list = endpoint.allowList;
    const listed = typeof list === 'string' ? '' : `; its list is ${list.value.join(', ')}`;
    const remediation = `add the Common Name of ${identity} to the list of ${instance.component}, or mend the pair of ${identity}`;
    return findingOf(id, 'fail', instance, {
      ...parts,
      message: `${identity} is refused: ${detail}${listed}`,
      remediation,
    });
  }
  const message =
    rejection?.side === 'probe' ? `${identity} would refuse this server: ${detail}` : `not known: ${detail}`;
  return rejection?.side === 'probe'
    ? findingOf(id, 'fail', instance, { ...parts, message, remediation: 'see server-verifies' })
    : findingOf(id, 'unknown', instance, { ...parts, message });
}
