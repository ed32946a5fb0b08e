import type { ReloadRule } from '../cluster/components/profile.js';
import type { Endpoint, Instance } from '../cluster/inventory/inventory.js';
import { isBefore } from '../cluster/inventory/version.js';

/** What makes this port reload its certificate. Releases before the profile's `reloadSince` need a restart. */
export function reloadRuleOf({ profile }: Endpoint, { version }: Pick<Instance, 'version'>): ReloadRule {
  const old = profile.reloadSince !== undefined && isBefore(version, profile.reloadSince) === true;
  return old ? 'restart' : profile.certificateReload;
}

/** How long a port that checks its files periodically may take, in milliseconds, with a second of slack. */
export const reloadAllowances: Partial<Record<ReloadRule, number>> = { poll: 3_000, hourly: 3_601_000 };

/** When a certificate that changed at `changedAt` must be in use; undefined where that depends on a connection or a restart. */
export function reloadDeadline(rule: ReloadRule, changedAt: number): Date | undefined {
  const allowed = reloadAllowances[rule];
  return allowed === undefined ? undefined : new Date(changedAt + allowed);
}
