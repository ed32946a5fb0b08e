import { latestChains } from '../../checks/certificate-validity.js';
import { credentialKey, type EndpointObservation, portKey } from '../../checks/check.js';
import { reloadDeadline, reloadRuleOf } from '../../checks/reload-deadline.js';
import type { ReloadRule } from '../../cluster/components/profile.js';
import type { Endpoint, Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { ChangeEvent } from './event-store.js';

/**
 * `taken`: seen with the new certificate in time. `late`: so, but seen with the old one after its moment. `behind`: still
 * on the old one after its moment. `waiting`: its moment is still to come, or nobody has looked since. `passed-over`: the
 * next change came first.
 */
export type RolloutState = 'picked-up' | 'picked-up-late' | 'not-picked-up' | 'pending' | 'superseded';

/** How one port took one change on disk. */
export interface PortRollout {
  readonly endpoint: Endpoint;
  readonly rule: ReloadRule;
  /** Undefined where the moment is a connection or a restart. */
  readonly deadline: Date | undefined;
  readonly state: RolloutState;
  /** The first look that saw it; undefined while none did. */
  readonly takenAt: Date | undefined;
}

/** One new certificate on disk. */
export interface Rotation {
  readonly instance: Instance;
  readonly changedAt: Date;
  readonly fingerprint: string;
  readonly notAfter: Date;
  readonly ports: readonly PortRollout[];
}

interface Evidence {
  readonly events: readonly ChangeEvent[];
  readonly inventory: Inventory;
  readonly observations: readonly EndpointObservation[];
  readonly now: Date;
}

/** Every change of a certificate on disk that the history knows, latest first, and what became of it at each port. */
export function rotationsOf({ events, inventory, observations, now }: Evidence): readonly Rotation[] {
  const instances = new Map(inventory.instances.map((instance) => [credentialKey(instance), instance]));
  const chains = new Map(latestChains(observations).map((one) => [portKey(one.instance, one.endpoint), one]));
  const served = servedOf(events);
  const later = new Set<string>();
  const rotations: Rotation[] = [];
  for (const event of [...events].reverse()) {
    const { kind, component, instance: name, fingerprint, notAfter, changedAt } = event;
    const instance = instances.get(`${component}/${name}`);
    if (kind !== 'rotation' || !instance || !fingerprint || !notAfter || !changedAt) {
      continue;
    }
    const key = credentialKey(instance);
    const change = { instance, fingerprint, changedAt: new Date(changedAt), replaced: later.has(key), now };
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
  /** Whether another change came after it. */
  readonly replaced: boolean;
  readonly now: Date;
}

function portRolloutOf(
  endpoint: Endpoint,
  { instance, fingerprint, changedAt, replaced, now }: Change,
  served: readonly ChangeEvent[],
  current: EndpointObservation | undefined,
): PortRollout {
  const rule = reloadRuleOf(endpoint, instance);
  const deadline = reloadDeadline(rule, changedAt.getTime());
  // A failed handshake or a restart comes when it comes: no look of ours says that it should have been.
  const hasMoment = rule !== 'failed-handshake' && rule !== 'restart';
  const due = deadline ?? changedAt;
  const parts = { endpoint, rule, deadline };
  const event = served.find((one) => one.fingerprint === fingerprint);
  if (event !== undefined) {
    const late = hasMoment && event.formerAt !== undefined && new Date(event.formerAt) > due;
    return { ...parts, state: late ? 'picked-up-late' : 'picked-up', takenAt: new Date(event.at) };
  }
  const seen = current?.observation;
  if (seen?.peerChain[0]?.fingerprint === fingerprint) {
    // The switch itself happened while nobody looked; this is the latest that it can have been.
    return { ...parts, state: 'picked-up', takenAt: seen.at };
  }
  if (replaced) {
    return { ...parts, state: 'superseded', takenAt: undefined };
  }
  const behind = seen !== undefined && seen.at > due && now > due;
  return { ...parts, state: behind ? 'not-picked-up' : 'pending', takenAt: undefined };
}

function servedOf(events: readonly ChangeEvent[]): ReadonlyMap<string, readonly ChangeEvent[]> {
  const ports = new Map<string, ChangeEvent[]>();
  for (const event of events) {
    if (event.kind === 'served' && event.endpoint !== undefined) {
      const key = `${event.component}/${event.instance}/${event.endpoint}`;
      ports.set(key, [...(ports.get(key) ?? []), event]);
    }
  }
  return ports;
}
