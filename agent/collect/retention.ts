import { isDeepStrictEqual } from 'node:util';
import { credentialKey, type EndpointObservation, portKey } from '../../checks/check.js';
import { isUnauthorizedClient } from '../../checks/rejects-unauthorized.js';
import type { IdentityName } from '../../probes/observation.js';
import type { Target } from './targets.js';

/**
 * Those of `targets` that are what they were among `former`, as far as that decides who is let in: where a setting stands
 * and who told of it may change.
 */
export function unchangedOf(targets: readonly Target[], former: readonly Target[]): ReadonlySet<string> {
  const before = new Map(former.map((target) => [keyOf(target), settingsOf(target)]));
  return new Set(
    targets.filter((target) => isDeepStrictEqual(settingsOf(target), before.get(keyOf(target)))).map(keyOf),
  );
}

function keyOf({ instance, endpoint }: Target): string {
  return portKey(instance, endpoint);
}

function settingsOf({ instance: { security }, endpoint: { host, port, scheme, allowList } }: Target): unknown {
  return [
    ...[host, port, scheme, typeof allowList === 'string' ? allowList : allowList.value],
    ...[security.ca?.value, security.cert?.value, security.key?.value],
    ...[security.allowedAlternativeNames?.value, security.asksForCertificates],
  ];
}

/** Which looks of an earlier observer still count. */
export interface Counting {
  readonly looks: (entries: Iterable<readonly [string, EndpointObservation]>) => Map<string, EndpointObservation>;
  readonly isNegativeProbe: (target: Target) => boolean;
}

/** With the same configuration: all of instances that are still there. */
export function whatIsKnown(instances: ReadonlySet<string>): Counting {
  const isNegativeProbe = ({ instance }: Target) => instances.has(credentialKey(instance));
  return { looks: (entries) => new Map([...entries].filter(([, entry]) => isNegativeProbe(entry))), isNegativeProbe };
}

/**
 * With another configuration: what strangers met at ports that are as they were, of those who still come. They come seldom, and
 * until they do it must not be forgotten; everything else is looked at anew at once.
 */
export function whatUnauthorizedClientsMet(
  unchanged: ReadonlySet<string>,
  stillComes: (identity: IdentityName) => boolean,
): Counting {
  const isNegativeProbe = (target: Target) => unchanged.has(keyOf(target));
  const isLook = (entry: EndpointObservation) => {
    const { identity } = entry.observation;
    return isUnauthorizedClient(entry.endpoint, identity) && isNegativeProbe(entry) && stillComes(identity);
  };
  return { looks: (entries) => new Map([...entries].filter(([, entry]) => isLook(entry))), isNegativeProbe };
}

/** The ports where strangers are to come and none has been. */
export function awaitedOf(
  negativeTargets: readonly Target[],
  observations: readonly EndpointObservation[],
): readonly Target[] {
  if (negativeTargets.length === 0) {
    return [];
  }
  const met = new Set(
    observations.filter(({ endpoint, observation }) => isUnauthorizedClient(endpoint, observation.identity)).map(keyOf),
  );
  return negativeTargets.filter((target) => !met.has(keyOf(target)));
}
