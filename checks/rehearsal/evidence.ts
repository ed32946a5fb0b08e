import type { ComponentName } from '../../cluster/components/profile.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { Certificate } from '../../credentials/certificate.js';
import type { CredentialError } from '../../credentials/error.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { Role, VerificationResult } from '../../credentials/verifiers/verifier.js';
import type { EndpointObservation } from '../check.js';

/** The `check` of all findings of a rehearsal. */
export const rehearsalId = 'rehearse';

/** The candidate verified under the CA file of a caller. */
export interface CallerResult {
  readonly caller: Instance;
  /** What that file holds; undefined where it cannot be read. */
  readonly ca: readonly Certificate[] | undefined;
  readonly result: VerificationResult;
}

export interface InstalledCredentials {
  readonly instance: Instance;
  readonly facts: CredentialFacts;
}

/** The evidence about a certificate that is not installed yet, the candidate. */
export interface Rehearsal {
  readonly now: Date;
  readonly component: ComponentName;
  /** The roles of the candidate; only one where the component has a certificate for each role. */
  readonly roles: readonly Role[];
  readonly inventory: Inventory;
  /** Whether the CA is rotated together with the candidate. */
  readonly caGiven: boolean;
  /** The candidate and the CA that is installed with it. */
  readonly candidate: CredentialFacts;
  /** The installed certificate of each instance of the component whose files are here. */
  readonly current: readonly InstalledCredentials[];
  /** The same of every other component. */
  readonly others: readonly InstalledCredentials[];
  /** The candidate verified under the installed CA; undefined where that CA is not here, or the candidate does not load. */
  readonly underCurrentCa: readonly VerificationResult[] | undefined;
  readonly callerResults: readonly CallerResult[];
  /** Probes with the candidate of the ports that the component calls. */
  readonly observations: readonly EndpointObservation[];
  /** Why no port was probed: the agent's TLS library does not load the candidate. */
  readonly unusable?: CredentialError | undefined;
}
