import { isCallerAccepted } from '../../cluster/access/expectation.js';
import type { Target } from './targets.js';

/** Whether the port's allow-list is known to reject a certificate with these Common Names. */
export function isRejectedByName({ instance, endpoint }: Target, commonNames: readonly string[]): boolean {
  return isCallerAccepted(endpoint, instance, { leaf: commonNames }) === 'rejected';
}
