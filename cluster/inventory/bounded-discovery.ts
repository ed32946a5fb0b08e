import type { Problem } from '../documents/origin.js';
import { formatAddress } from './address.js';
import type { Instance } from './inventory.js';

/** Instances that PD alone may name, whatever is declared. */
const most = 2_000;
/** Instances that PD alone may name for each one that is declared. */
const perDeclared = 2;

/**
 * Of the instances that PD names all that are declared, too, and a bounded number of others: every component of a cluster
 * can register as many as it likes, and each is probed, remembered and exported. Members and stores come before
 * registrations.
 */
export function boundedDiscovery(
  named: readonly Instance[],
  declared: readonly Instance[],
): {
  readonly instances: readonly Instance[];
  readonly problems: readonly Problem[];
  readonly leftOut: number;
} {
  const limit = Math.max(most, perDeclared * declared.length);
  const known = new Set(declared.flatMap(addressesOf));
  let others = 0;
  const instances = named.filter((one) => addressesOf(one).some((address) => known.has(address)) || ++others <= limit);
  const leftOut = named.length - instances.length;
  const origin = named.at(-1)?.endpoints[0]?.origin ?? ({ kind: 'default' } as const);
  return leftOut === 0
    ? { instances, leftOut, problems: [] }
    : {
        instances,
        leftOut,
        problems: [
          {
            code: 'too-many-discovered',
            severity: 'fail',
            origin,
            message: `PD names ${others} instances that are not declared; ${leftOut} of them are left out`,
            remediation: 'find out which component registered them; name a larger cluster with configs or topology',
          },
        ],
      };
}

function addressesOf({ component, endpoints }: Instance): readonly string[] {
  return endpoints.map((endpoint) => `${component} ${formatAddress(endpoint)}`);
}
