import { type EndpointOfInstance, portsOf } from '../../checks/check.js';
import { bearsFailedHandshakes } from '../../cluster/access/failed-handshakes.js';
import type { CallerName } from '../../cluster/components/profile.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { Scope } from '../config/agent-config.js';
import { numberOf, rendezvousWeight } from '../config/rendezvous-hash.js';

export type Target = EndpointOfInstance;

/** Which ports an agent probes. */
export interface Reach {
  readonly scope: Scope;
  /** The most ports of one kind on other nodes. */
  readonly peers: number;
}

/**
 * The ports to probe. Scope `node`: the ports of this node's instances and those that its components call, so that the work
 * is divided among the agents of a cluster. Scope `cluster`: every port of the inventory.
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
 * The ports that get negative probes: those of this node's instances, so that each port gets them from one agent. Every port
 * where no instance is known to be on this node, or the scope is the cluster. Those of unknown release come last.
 */
export function negativeTargetsOf({ instances }: Inventory, scope: Scope): readonly Target[] {
  const here = instances.filter(({ local }) => local);
  const ports = portsOf(scope === 'cluster' || here.length === 0 ? instances : here);
  const isUnknown = ({ instance }: Target) => bearsFailedHandshakes(instance) === 'unknown';
  return [...ports.filter((port) => !isUnknown(port)), ...ports.filter(isUnknown)];
}

/** At most `most` of each kind, the same ones every time, by rendezvous hash: agents choose independently of each other. */
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

/** The first of this node's instances by name, so that the sample is stable. */
function nodeName(here: readonly Instance[]): string {
  return here.map(({ component, name }) => `${component}/${name}`).sort()[0] ?? '';
}
