import { setTimeout as pause } from 'node:timers/promises';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { Target } from './targets.js';

/*
 * A TiKV gRPC port re-reads its files at any TCP connect and notes the certificate's time before loading, so a connect
 * between the writing of certificate and key leaves it on the old pair. No connection of ours does that: while the pair
 * is torn the port is left alone, and after a change until the files have rested.
 */

/** How long the files of a TiKV must have been at rest before a connection of ours may touch its gRPC port. */
const restMilliseconds = 2_000;

/** Whether the files of a port that re-reads them at its own time are no pair now. */
export function isMismatched(target: Target, facts: CredentialFacts | undefined): boolean {
  const bad = facts?.keyMatches === false || (facts?.errors.length ?? 0) > 0;
  return readsAtItsOwnTime(target) && bad;
}

/** Resolves when the files have rested, or the signal aborts. */
export async function untilQuiet(
  target: Target,
  facts: CredentialFacts | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const age = now.getTime() - Math.max(facts?.certModifiedAt ?? 0, facts?.caModifiedAt ?? 0);
  if (readsAtItsOwnTime(target) && age >= 0 && age < restMilliseconds) {
    await pause(restMilliseconds - age, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) {
        throw error;
      }
    });
  }
}

function readsAtItsOwnTime({ endpoint }: Target): boolean {
  return endpoint.profile.pairReload !== 'every-handshake';
}
