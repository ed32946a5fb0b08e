import type { Endpoint, Instance, Inventory } from '../cluster/inventory.js';
import type { CallerName } from '../cluster/profile.js';

export type Scope = 'node' | 'cluster';

export interface Target {
  readonly instance: Instance;
  readonly endpoint: Endpoint;
}

/**
 * The ports to probe. `node`: the ports of this node's instances and those its components call, so that the work of
 * a cluster is spread over its agents. `cluster`: every port known.
 */
export function targetsOf(inventory: Inventory, scope: Scope): readonly Target[] {
  const local = new Set<CallerName>(inventory.instances.filter((one) => one.local).map((one) => one.component));
  const targets: Target[] = [];
  for (const instance of inventory.instances) {
    for (const endpoint of instance.endpoints) {
      const called = endpoint.profile.calledBy.some((caller) => local.has(caller));
      if (scope === 'cluster' || local.size === 0 || instance.local || called) {
        targets.push({ instance, endpoint });
      }
    }
  }
  return targets;
}

/**
 * The ports that strangers come to: this node's own, so that each port of a cluster meets those of one agent. Where
 * none is known to be here, or the scope is the cluster, all of them.
 */
export function strangerTargetsOf(inventory: Inventory, scope: Scope): readonly Target[] {
  const targets = targetsOf(inventory, scope);
  const here = targets.filter(({ instance }) => instance.local);
  return scope === 'cluster' || here.length === 0 ? targets : here;
}
