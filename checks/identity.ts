import { type ComponentName, componentNames } from '../cluster/components/profile.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { IdentityName, Observation } from '../probes/observation.js';
import { callingFactsOf, type Evidence } from './check.js';

/** The component whose certificate a probe presented; undefined for the agent and for the identities of negative probes. */
export function componentOfIdentity(identity: IdentityName): ComponentName | undefined {
  return componentNames.find((component) => identity === component || identity.startsWith(`${component}@`));
}

/** The files of the agent, or of the instance whose certificate a probe presented. */
export function factsOfIdentity(identity: IdentityName, evidence: Evidence): CredentialFacts | undefined {
  const owner = evidence.inventory.instances.find(
    ({ component, name, local }) => local && (identity === component || identity === `${component}@${name}`),
  );
  return identity === 'agent' ? evidence.agent : owner && callingFactsOf(evidence, owner);
}

/** How a server rejected a client: `TLS alert bad_certificate (42)`, `connection closed`, `gRPC status …`, `HTTP 403`. */
export function rejectionText({ rejection, detail }: Observation): string {
  switch (rejection?.by) {
    case 'tls-alert':
      return `TLS alert ${rejection.name} (${rejection.number})`;
    case 'rpc-status':
      return `gRPC status ${rejection.name} (${rejection.number})`;
    case 'http-status':
      return `HTTP ${rejection.number}`;
    case 'close':
      return 'connection closed';
    default:
      return detail;
  }
}
