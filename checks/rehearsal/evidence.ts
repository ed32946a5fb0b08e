import type { ComponentName } from '../../cluster/components/profile.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { EndpointObservation } from '../check.js';

/** A caller's own view of the candidate, by the CA file that it holds. */
export interface CallerResult {
  readonly caller: Instance;
  readonly result: VerificationResult;
}

/** All that is known of a pair that is not installed yet. */
export interface Rehearsal {
  readonly now: Date;
  readonly component: ComponentName;
  /** What the candidate is to be used as; one of the two where the component has a pair for each. */
  readonly roles: readonly Role[];
  readonly inventory: Inventory;
  /** The candidate under the CA that it will live with. */
  readonly candidate: CredentialFacts;
  /** The pair in place now, of each instance of the component whose files are here. */
  readonly current: readonly { readonly instance: Instance; readonly facts: CredentialFacts }[];
  /** The candidate under the CA in place now; undefined where that is not here, or the pair does not load. */
  readonly underCurrentCa: readonly VerificationResult[] | undefined;
  readonly callerResults: readonly CallerResult[];
  /** Ports that the component calls, called with the candidate. */
  readonly observations: readonly EndpointObservation[];
}
