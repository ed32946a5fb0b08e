import { isDeepStrictEqual } from 'node:util';
import { credentialKey, type EndpointObservation, portKey } from '../checks/check.js';
import { isStranger } from '../checks/strangers-refused.js';
import type { Instance } from '../cluster/inventory.js';
import type { IdentityName } from '../probes/observation.js';
import type { Target } from './scope.js';

/** Those that are in every respect what they were, by `credentialKey`. */
export function unchangedOf(instances: readonly Instance[], before: readonly Instance[]): ReadonlySet<string> {
  const former = new Map(before.map((instance) => [credentialKey(instance), instance]));
  return new Set(instances.map(credentialKey).filter((key, at) => isDeepStrictEqual(instances[at], former.get(key))));
}

export interface Standing {
  readonly unchanged: ReadonlySet<string>;
  /** Where strangers come. */
  readonly strangerTargets: readonly Target[];
  /** Whether there is somebody of this name to come. */
  readonly isKnown: (identity: IdentityName) => boolean;
}

/**
 * What was seen before a change of the configuration and would be seen again: strangers come seldom, and what they met must
 * not be forgotten until they do. Of a port that is not what it was, or of somebody who does not come any more, nothing stays.
 */
export function carriedOver(
  entries: Iterable<readonly [string, EndpointObservation]>,
  { unchanged, strangerTargets, isKnown }: Standing,
): Map<string, EndpointObservation> {
  const met = new Set(strangerTargets.map(({ instance, endpoint }) => portKey(instance, endpoint)));
  return new Map(
    [...entries].filter(
      ([
        ,
        {
          instance,
          endpoint,
          observation: { identity },
        },
      ]) =>
        unchanged.has(credentialKey(instance)) &&
        isKnown(identity) &&
        (!isStranger(endpoint, identity) || met.has(portKey(instance, endpoint))),
    ),
  );
}

/** The ports where strangers are to come and none has been. */
export function awaitedOf(
  strangerTargets: readonly Target[],
  observations: readonly EndpointObservation[],
): readonly Target[] {
  if (strangerTargets.length === 0) {
    return [];
  }
  const met = new Set(
    observations
      .filter(({ endpoint, observation }) => isStranger(endpoint, observation.identity))
      .map(({ instance, endpoint }) => portKey(instance, endpoint)),
  );
  return strangerTargets.filter(({ instance, endpoint }) => !met.has(portKey(instance, endpoint)));
}
