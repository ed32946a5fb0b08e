import { anotherCaOf } from './another-ca.js';
import type { Check, EndpointObservation, Evidence } from './check.js';
import { type Finding, findingOf } from './finding.js';
import { componentOfIdentity, factsOfIdentity, rejectionText } from './identity.js';
import { remediationBesidesList } from './rejected-caller.js';
import { sourceRejection } from './source-address.js';

const id = 'caller-accepted';

export const callerAccepted: Check = {
  id,
  title: "Ports accept this host's components that call them",
  severity: 'fail',
  decisive: true,
  description:
    "The agent connects to each port as each local component that calls it, with that component's certificate, key and CA. The component's next connection would be rejected in the same way, even if its present connections still work.",
  remediation:
    "Add the caller's Common Name to the allow-list of the port's component, or fix the caller's certificate.",
  statuses: {
    fail: 'the port rejects the component, the component would reject the server, or it calls a plaintext port with TLS',
    unknown: 'the probe got no conclusive answer',
  },
  run: (evidence) => evidence.observations.filter(isFromCaller).map((entry) => evaluate(entry, evidence)),
};

/** The agent calls every port; endpoint-answers evaluates its probes. */
function isFromCaller({ endpoint, observation }: EndpointObservation): boolean {
  const component = componentOfIdentity(observation.identity);
  return component !== undefined && endpoint.profile.calledBy.includes(component);
}

function evaluate(entry: EndpointObservation, evidence: Evidence): Finding {
  const { instance, endpoint, observation } = entry;
  const { outcome, detail, identity, rejection } = observation;
  const another = anotherCaOf(entry, evidence);
  const parts = { endpoint, identity, evidence: { outcome, detail, ...another?.evidence } };
  const cas = another?.message ?? '';
  if (outcome === 'accepted') {
    return findingOf(id, 'pass', instance, { ...parts, message: `accepts ${identity}` });
  }
  if (rejection?.side === 'probe') {
    const message = `${identity} would reject this server: ${detail}${cas}`;
    const remediation = another?.remediation ?? 'see server-verifies';
    return findingOf(id, 'fail', instance, { ...parts, message, remediation });
  }
  if (outcome === 'rejected') {
    const list = endpoint.allowList;
    const listed = typeof list === 'string' ? '' : `; its allow-list is ${list.value.join(', ')}`;
    const source = sourceRejection(entry, factsOfIdentity(identity, evidence)?.chain?.[0]);
    return findingOf(id, 'fail', instance, {
      ...parts,
      message: `rejects ${identity}: ${rejectionText(observation)}${source === undefined ? listed : `; ${source.message}`}${cas}`,
      remediation:
        source?.remediation ??
        another?.remediation ??
        remediationBesidesList(entry, componentOfIdentity(identity) ?? 'agent', evidence) ??
        (list === 'unknown'
          ? `if ${instance.component} has an allow-list, compare it with the Common Name of ${identity}; otherwise fix the certificate of ${identity}`
          : `add the Common Name of ${identity} to the allow-list of ${instance.component}, or fix the certificate of ${identity}`),
    });
  }
  if (outcome === 'not-tls') {
    const message = `${identity} calls this port with TLS, and the port is plaintext: its connections fail`;
    const remediation = `enable TLS at ${instance.component}: see endpoint-answers`;
    return findingOf(id, 'fail', instance, { ...parts, message, remediation });
  }
  return findingOf(id, 'unknown', instance, { ...parts, message: `inconclusive: ${detail}` });
}
