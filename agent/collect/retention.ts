import { isDeepStrictEqual } from 'node:util';
import { credentialKey, type EndpointObservation, portKey } from '../../checks/check.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName } from '../../probes/observation.js';
import type { Target } from './targets.js';

/** Which evidence of the collector before still counts. */
export interface Retention {
  readonly keepsPort: (target: Target) => boolean;
  readonly keepsObservation: (entry: EndpointObservation) => boolean;
  readonly keepsResumption: (target: Target) => boolean;
}

/** With the same configuration: everything of instances that are still in the inventory. */
export function sameConfiguration(instances: readonly Instance[]): Retention {
  const known = new Set(instances.map(credentialKey));
  const keepsPort = ({ instance }: Target) => known.has(credentialKey(instance));
  return { keepsPort, keepsObservation: keepsPort, keepsResumption: keepsPort };
}

export interface Reconfigured {
  /** The ports that get negative probes, and those that got them before. */
  readonly targets: readonly Target[];
  readonly former: readonly Target[];
  /** Whether the negative probes of now include this identity. */
  readonly includes: (identity: IdentityName) => boolean;
  /** Whether session resumption is still tried. */
  readonly resumption: boolean;
}

/**
 * With another configuration: the negative probes' results at ports whose settings stayed the same. Negative probes are rare,
 * and their results must not be lost until the next ones; every other probe is repeated at once.
 */
export function reconfigured({ targets, former, includes, resumption }: Reconfigured): Retention {
  const unchanged = unchangedOf(targets, former);
  const keepsPort = (target: Target) => unchanged.has(keyOf(target));
  return {
    keepsPort,
    keepsObservation: (entry) => {
      const { identity } = entry.observation;
      return isUnauthorizedClient(entry.endpoint, identity) && keepsPort(entry) && includes(identity);
    },
    keepsResumption: (target) => resumption && keepsPort(target),
  };
}

/** The keys of those targets whose settings accept the same clients as before; the source of a setting may change. */
function unchangedOf(targets: readonly Target[], former: readonly Target[]): ReadonlySet<string> {
  const before = new Map(former.map((target) => [keyOf(target), settingsOf(target)]));
  return new Set(
    targets.filter((target) => isDeepStrictEqual(settingsOf(target), before.get(keyOf(target)))).map(keyOf),
  );
}

function settingsOf({ instance: { security }, endpoint: { host, port, scheme, allowList } }: Target): unknown {
  return [
    ...[host, port, scheme, typeof allowList === 'string' ? allowList : allowList.value],
    ...[security.ca?.value, security.cert?.value, security.key?.value],
    ...[security.allowedAlternativeNames?.value, security.asksForCertificates],
  ];
}

/** Those targets where negative probes are due and none was made yet. */
export function withoutNegativeProbe(
  targets: readonly Target[],
  observations: readonly EndpointObservation[],
): readonly Target[] {
  const probed = new Set(
    observations.filter(({ endpoint, observation }) => isUnauthorizedClient(endpoint, observation.identity)).map(keyOf),
  );
  return targets.filter((target) => !probed.has(keyOf(target)));
}

function keyOf({ instance, endpoint }: Target): string {
  return portKey(instance, endpoint);
}
