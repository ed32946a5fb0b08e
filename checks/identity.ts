import { type ComponentName, componentNames } from '../cluster/components/profile.js';
import type { IdentityName, Observation } from '../probes/observation.js';

/** The component whose certificate a probe presented; undefined for the agent and for the identities of negative probes. */
export function componentOfIdentity(identity: IdentityName): ComponentName | undefined {
  return componentNames.find((component) => identity === component || identity.startsWith(`${component}@`));
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
