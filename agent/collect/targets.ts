import type { EndpointOfInstance } from '../../checks/check.js';
import type { CallerName } from '../../cluster/components/profile.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { Scope } from '../config/agent-config.js';
import { numberOf, rendezvousWeight } from '../config/rendezvous-hash.js';

export type Target = EndpointOfInstance;

/** Which ports an agent looks at. */
export interface Reach {
  readonly scope: Scope;
  /** Of the ports of one kind on other nodes, at most so many. */
  readonly peers: number;
}

/**
 * The ports to probe. `node`: the ports of this node's instances and those its components call, so that the work of
 * a cluster is spread over its agents. `cluster`: every port known.
 */
export function targetsOf(inventory: Inventory, { scope, peers }: Reach): readonly Target[] {
  const all = portsOf(inventory.instances);
  const here = inventory.instances.filter((one) => one.local);
  if (scope === 'cluster' || here.length === 0) {
    return all;
  }
  const callers = new Set<CallerName>(here.map((one) => one.component));
  const called = all.filter(
    ({ instance, endpoint }) => !instance.local && endpoint.profile.calledBy.some((caller) => callers.has(caller)),
  );
  const chosen = new Set(sample(called, nodeName(here), peers));
  return all.filter((target) => target.instance.local || chosen.has(target));
}

/**
 * The ports that strangers come to: this node's own, so that each port of a cluster meets those of one agent. Where
 * none is known to be here, or the scope is the cluster, all of them.
 */
export function negativeTargetsOf({ instances }: Inventory, scope: Scope): readonly Target[] {
  const here = instances.filter(({ local }) => local);
  return portsOf(scope === 'cluster' || here.length === 0 ? instances : here);
}

function portsOf(instances: readonly Instance[]): readonly Target[] {
  return instances.flatMap((instance) => instance.endpoints.map((endpoint) => ({ instance, endpoint })));
}

/** At most so many of each kind, the same ones every time; the agents of a cluster choose independently of each other. */
function sample(targets: readonly Target[], nodeName: string, most: number): readonly Target[] {
  const node = numberOf(nodeName);
  const kinds = new Map<string, Target[]>();
  for (const target of targets) {
    const kind = `${target.instance.component} ${target.endpoint.name}`;
    const ofKind = kinds.get(kind) ?? [];
    ofKind.push(target);
    kinds.set(kind, ofKind);
  }
  return [...kinds.values()].flatMap((ofKind) =>
    ofKind.length <= most
      ? ofKind
      : ofKind
          .map((target) => ({ target, amount: rendezvousWeight(formatAddress(target.endpoint), node) }))
          .sort((a, b) => b.amount - a.amount)
          .slice(0, most)
          .map(({ target }) => target),
  );
}

/** Stays the same while the first of this node's instances does. */
function nodeName(here: readonly Instance[]): string {
  return here.map(({ component, name }) => `${component}/${name}`).sort()[0] ?? '';
}
