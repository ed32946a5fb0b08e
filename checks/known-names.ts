import type { ShownNames } from '../cluster/expectation.js';
import type { Client, Inventory } from '../cluster/inventory.js';
import type { KnownNames } from '../cluster/matrix.js';
import type { CallerName } from '../cluster/profile.js';
import { credentialKey, type Evidence } from './check.js';

/** Each distinct name that callers on this node show, and those that clients are declared to have. */
export function knownNames({
  inventory,
  credentials,
  own,
}: Pick<Evidence, 'inventory' | 'credentials' | 'own'>): KnownNames {
  const names = new Map<CallerName, ShownNames[]>();
  const add = (caller: CallerName, shown: ShownNames) => {
    const known = names.get(caller) ?? [];
    if (!known.some(({ leaf }) => leaf.join('\n') === shown.leaf.join('\n'))) {
      names.set(caller, [...known, shown]);
    }
  };
  for (const { caller, shown } of shownOnThisNode(inventory, credentials)) {
    add(caller, shown);
  }
  for (const client of inventory.clients) {
    for (const shown of shownByClient(client)) {
      add(client.name, shown);
    }
  }
  const [leaf] = own?.chain ?? [];
  if (leaf !== undefined) {
    add('agent', { leaf: leaf.commonNames });
  }
  return names;
}

function shownOnThisNode(inventory: Inventory, credentials: Evidence['credentials']) {
  return inventory.instances.flatMap((instance) => {
    const facts = credentials.get(credentialKey(instance));
    const [leaf, ...above] = facts?.chain ?? [];
    // TiProxy calls with another pair than the one it serves, which is not read.
    if (leaf === undefined || instance.security.callsWith !== undefined) {
      return [];
    }
    const chain = [...above, ...(facts?.ca ?? [])].flatMap(({ commonNames }) => commonNames);
    return [{ caller: instance.component, shown: { leaf: leaf.commonNames, chain } }];
  });
}

function shownByClient({ commonName }: Client): readonly ShownNames[] {
  return commonName === undefined ? [] : [{ leaf: [commonName] }];
}
