import type { UnauthorizedClient } from '../cluster/access/expectation.js';
import type { KnownNames } from '../cluster/access/matrix.js';
import type { Endpoint } from '../cluster/inventory/inventory.js';
import type { IdentityName } from '../probes/observation.js';
import { componentOfIdentity } from './identity.js';

/** Stands for the configured wrong name, whose certificate has a name that is on no list. */
const onNoList = '\u0000';

/** A component is an unauthorized client of the ports that it does not call. */
export function isUnauthorizedClient({ profile }: Endpoint, identity: IdentityName): boolean {
  const component = componentOfIdentity(identity);
  return identity !== 'agent' && (component === undefined || !profile.calledBy.includes(component));
}

interface DescribedClient {
  /** What the client presents. */
  readonly presents: UnauthorizedClient;
  /** The object of "accepts" and "rejects". */
  readonly text: string;
  /** Continues "accepts …, although its configuration". */
  readonly violated: string;
  /** Continues "rejects …, although its configuration". */
  readonly permitted: string;
}

const single = { violated: 'rejects it', permitted: 'accepts it' } as const;

/** The client that a negative probe with this identity stands for. */
export function unauthorizedClientOf(identity: IdentityName, names: KnownNames): DescribedClient {
  switch (identity) {
    case 'plaintext':
      return { presents: 'plaintext', text: 'plaintext', ...single };
    case 'no-certificate':
      return {
        presents: 'no-certificate',
        text: 'clients without a certificate',
        violated: 'requires one',
        permitted: 'accepts them',
      };
    case 'foreign-ca':
      return { presents: 'foreign-ca', text: 'a certificate of an unknown CA', ...single };
    default: {
      const component = componentOfIdentity(identity);
      const known = component === undefined ? undefined : names.get(component)?.[0];
      const name = known === undefined ? '' : ` (${known.leaf.join(', ')})`;
      const text =
        component === undefined
          ? "a certificate of the cluster's CA with another name"
          : `${component}${name}, which does not call this port`;
      return { presents: known ?? { leaf: [onNoList] }, text, ...single };
    }
  }
}
