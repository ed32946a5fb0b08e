import pLimit, { type LimitFunction } from 'p-limit';
import type { Target } from './targets.js';

/** The part of the concurrency that ports get which PD alone names: any component of the cluster can register more. */
const discoveredShare = 0.25;

/** How many ports are probed at once. Ports that a file declares do not wait for those that PD alone names. */
export function probeLimits(targets: readonly Target[], concurrency: number): (target: Target) => LimitFunction {
  const declared = pLimit(concurrency);
  const isMixed = targets.some(isDiscovered) && !targets.every(isDiscovered);
  const discovered = isMixed ? pLimit(Math.max(1, Math.floor(concurrency * discoveredShare))) : declared;
  return (target) => (isDiscovered(target) ? discovered : declared);
}

function isDiscovered({ instance: { sources = [] } }: Target): boolean {
  return sources.length > 0 && sources.every((source) => source === 'pd');
}
