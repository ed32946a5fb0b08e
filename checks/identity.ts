import { type CallerName, type ComponentName, clientNames, componentNames } from '../cluster/components/profile.js';
import type { Instance } from '../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { IdentityName, Observation } from '../probes/observation.js';
import { callingFactsOf, credentialKey, type Evidence } from './check.js';

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

/** The caller that an identity of a probe or of a finding stands for; undefined for those of negative probes. */
export function callerOfIdentity(identity: IdentityName | CallerName | undefined): CallerName | undefined {
  return (
    clientNames.find((client) => client === identity) ??
    componentNames.find((component) => identity === component || identity?.startsWith(`${component}@`))
  );
}

/**
 * The identity as which probes present the certificate of each local instance, by `credentialKey`. Instances of a component
 * that call with the same files share one; the first certificate of a component has the component's name.
 */
export function callerIdentities(
  instances: readonly Instance[],
): ReadonlyMap<string, ComponentName | `${ComponentName}@${string}`> {
  const byPaths = new Map<string, ComponentName | `${ComponentName}@${string}`>();
  const taken = new Set<string>();
  const identities = new Map<string, ComponentName | `${ComponentName}@${string}`>();
  for (const instance of instances) {
    const { component, name, local, security } = instance;
    const { ca, cert, key } = security.callsWith ?? security;
    if (local && ca !== undefined && cert !== undefined && key !== undefined) {
      const paths = JSON.stringify([component, ca.value, cert.value, key.value]);
      const identity = byPaths.get(paths) ?? (taken.has(component) ? (`${component}@${name}` as const) : component);
      byPaths.set(paths, identity);
      taken.add(component);
      identities.set(credentialKey(instance), identity);
    }
  }
  return identities;
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
