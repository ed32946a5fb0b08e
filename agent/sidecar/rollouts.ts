import { credentialKey, type EndpointObservation, portKey } from '../../checks/check.js';
import { latestChains } from '../../checks/latest-chains.js';
import { reloadDeadline, reloadRuleOf } from '../../checks/reload-deadline.js';
import type { ReloadRule } from '../../cluster/components/profile.js';
import type { Endpoint, Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { ChangeEvent } from './event-store.js';

/**
 * `picked-up`: the port serves the new certificate. `picked-up-late`: so, but it served the old one after the reload deadline.
 * `not-picked-up`: it serves the old one after the deadline. `pending`: the deadline is to come, or no probe was made since.
 * `superseded`: the next certificate came first.
 */
export type RolloutState = 'picked-up' | 'picked-up-late' | 'not-picked-up' | 'pending' | 'superseded';

/** Whether one port serves one new certificate on disk. */
export interface PortRollout {
  readonly endpoint: Endpoint;
  readonly rule: ReloadRule;
  /** Undefined where a connection or a restart makes it reload. */
  readonly deadline: Date | undefined;
  readonly state: RolloutState;
  /** When a probe first saw it; undefined while none did. */
  readonly pickedUpAt: Date | undefined;
}

/** One new certificate on disk. */
export interface Rotation {
  readonly instance: Instance;
  readonly changedAt: Date;
  readonly fingerprint: string;
  readonly notAfter: Date;
  readonly ports: readonly PortRollout[];
}

interface RotationEvidence {
  readonly events: readonly ChangeEvent[];
  readonly inventory: Inventory;
  readonly observations: readonly EndpointObservation[];
  readonly now: Date;
}

/** Every new certificate on disk that the event store knows, latest first, and its state at each port. */
export function rotationsOf({ events, inventory, observations, now }: RotationEvidence): readonly Rotation[] {
  const instances = new Map(inventory.instances.map((instance) => [credentialKey(instance), instance]));
  const chains = new Map(latestChains(observations).map((one) => [portKey(one.instance, one.endpoint), one]));
  const served = servedOf(events);
  const later = new Set<string>();
  const rotations: Rotation[] = [];
  for (const event of [...events].reverse()) {
    const { kind, component, instance: name, fingerprint, notAfter, changedAt } = event;
    const instance = instances.get(credentialKey({ component, name }));
    if (kind !== 'rotation' || !instance || !fingerprint || !notAfter || !changedAt) {
      continue;
    }
    const key = credentialKey(instance);
    const change = { instance, fingerprint, changedAt: new Date(changedAt), superseded: later.has(key), now };
    const ports = instance.endpoints
      .filter(({ scheme }) => scheme === 'https')
      .map((endpoint) => {
        const port = portKey(instance, endpoint);
        return portRolloutOf(endpoint, change, served.get(port) ?? [], chains.get(port));
      });
    rotations.push({ instance, fingerprint, notAfter: new Date(notAfter), changedAt: change.changedAt, ports });
    later.add(key);
  }
  return rotations;
}

interface Change {
  readonly instance: Instance;
  readonly fingerprint: string;
  readonly changedAt: Date;
  /** Whether another certificate came after it. */
  readonly superseded: boolean;
  readonly now: Date;
}

function portRolloutOf(
  endpoint: Endpoint,
  { instance, fingerprint, changedAt, superseded, now }: Change,
  served: readonly ChangeEvent[],
  current: EndpointObservation | undefined,
): PortRollout {
  const rule = reloadRuleOf(endpoint, instance);
  const deadline = reloadDeadline(rule, changedAt.getTime());
  // Nothing says when a failed handshake or a restart should have been.
  const hasDeadline = rule !== 'failed-handshake' && rule !== 'restart';
  const due = deadline ?? changedAt;
  const parts = { endpoint, rule, deadline };
  const event = served.find((one) => one.fingerprint === fingerprint);
  if (event !== undefined) {
    const late = hasDeadline && event.formerAt !== undefined && new Date(event.formerAt) > due;
    return { ...parts, state: late ? 'picked-up-late' : 'picked-up', pickedUpAt: new Date(event.at) };
  }
  const latest = current?.observation;
  if (latest?.peerChain[0]?.fingerprint === fingerprint) {
    // It was picked up between two probes; this is the latest that it can have been.
    return { ...parts, state: 'picked-up', pickedUpAt: current?.servedSince ?? latest.at };
  }
  if (superseded) {
    return { ...parts, state: 'superseded', pickedUpAt: undefined };
  }
  const overdue = latest !== undefined && latest.at > due && now > due;
  return { ...parts, state: overdue ? 'not-picked-up' : 'pending', pickedUpAt: undefined };
}

function servedOf(events: readonly ChangeEvent[]): ReadonlyMap<string, readonly ChangeEvent[]> {
  const ports = new Map<string, ChangeEvent[]>();
  for (const event of events) {
    if (event.kind === 'served' && event.endpoint !== undefined) {
      const key = portKey({ component: event.component, name: event.instance }, { name: event.endpoint });
      ports.set(key, [...(ports.get(key) ?? []), event]);
    }
  }
  return ports;
}
