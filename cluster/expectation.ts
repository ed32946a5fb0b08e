import type { Endpoint, Instance } from './inventory.js';
import type { ComponentName } from './profile.js';
import { profiles } from './profiles.js';

/** Components that connect to this endpoint as clients. */
export function callersOf(endpoint: Endpoint): readonly ComponentName[] {
  return endpoint.profile.calledBy;
}

/** Whether the allow-list is long enough for names to be compared on this endpoint. Always false without TLS. */
export function namesEnforced(endpoint: Endpoint, instance: Instance): boolean {
  const entries = instance.security.allowedCommonNames?.value.length ?? 0;
  return endpoint.scheme === 'https' && entries > 0 && entries >= endpoint.profile.callers.minimumEntries;
}

/** Whether a caller must present a certificate at the handshake. Always false without TLS. */
export function clientCertificateAsked(endpoint: Endpoint, instance: Instance): boolean {
  if (endpoint.scheme === 'http') return false;
  return endpoint.profile.callers.clientCertificate === 'always' || namesEnforced(endpoint, instance);
}

/**
 * Whether a trusted certificate with these Common Names passes the name check. On paths in `exemptPaths`
 * no name check runs, so this answers for all other requests. A certificate without CN counts as the
 * empty name, which an empty entry admits.
 */
export function isCallerAdmitted(
  endpoint: Endpoint,
  instance: Instance,
  callerCommonNames: readonly string[],
): 'admitted' | 'refused' {
  if (!namesEnforced(endpoint, instance)) return 'admitted';
  const list = instance.security.allowedCommonNames?.value ?? [];
  const entries = profiles[instance.component].trimsAllowList ? list.map((entry) => entry.trim()) : list;
  const counted =
    endpoint.profile.callers.countedCommonName === 'first' ? callerCommonNames[0] : callerCommonNames.at(-1);
  return entries.includes(counted ?? '') ? 'admitted' : 'refused';
}
