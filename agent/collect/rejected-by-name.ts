import { isCallerAccepted } from '../../cluster/access/expectation.js';
import type { Target } from './targets.js';

/** Whether a name is one that this port's list refuses, as far as is known. */
export function isRejectedByName({ instance, endpoint }: Target, commonNames: readonly string[]): boolean {
  return isCallerAccepted(endpoint, instance, { leaf: commonNames }) === 'rejected';
}
