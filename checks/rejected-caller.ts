import { isCallerAccepted, namesEnforced } from '../cluster/access/expectation.js';
import type { CallerName } from '../cluster/components/profile.js';
import { knownNames } from './allow-list.js';
import type { EndpointObservation, Evidence } from './check.js';

/**
 * The fix for a port that rejects `caller`. Undefined where the name may be the reason; otherwise the port's list on disk
 * accepts the name, or there is none, and the reason is the certificate, or what the running process has in memory.
 */
export function remediationBesidesList(
  { instance, endpoint, observation: { rejection } }: EndpointObservation,
  caller: CallerName,
  evidence: Evidence,
): string | undefined {
  const names = knownNames(evidence);
  const shown = names.get(caller) ?? [];
  const ownName = names.get(instance.component)?.[0]?.leaf.at(-1);
  const accepted = shown.every((one) => isCallerAccepted(endpoint, instance, one, ownName) === 'accepted');
  if (endpoint.allowList === 'unknown' || !accepted) {
    return undefined;
  }
  const isListed = namesEnforced(endpoint, instance);
  if (isListed && shown.length === 0) {
    return undefined;
  }
  const list = isListed ? 'its name is in the allow-list' : 'no allow-list is enforced';
  return rejection?.by === 'rpc-status' || rejection?.by === 'http-status'
    ? `${list} of the file, but the running ${instance.component} compares another: correct the file if it is wrong, otherwise restart ${instance.component}`
    : `${list}; its certificate is rejected: see verifies-under-ca of ${caller}, and ca-unchanged of ${instance.component}`;
}
