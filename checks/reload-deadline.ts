import type { ReloadRule } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { isBefore } from '../cluster/inventory/version.js';

/** What makes this very port take a changed pair: before a release that learnt to reload, only a restart does. */
export function reloadRuleOf({ profile }: Endpoint, { version }: Pick<Instance, 'version'>): ReloadRule {
  const old = profile.reloadSince !== undefined && isBefore(version, profile.reloadSince) === true;
  return old ? 'restart' : profile.pairReload;
}

/** How long a port that looks at its files by the clock may take, in milliseconds, with a second of slack. */
const patience: Partial<Record<ReloadRule, number>> = { poll: 3_000, hourly: 3_601_000 };

/** When a pair changed at `changedAt` must be in use; undefined where that hangs on a connection or a restart. */
export function reloadDeadline(rule: ReloadRule, changedAt: number): Date | undefined {
  const allowed = patience[rule];
  return allowed === undefined ? undefined : new Date(changedAt + allowed);
}
