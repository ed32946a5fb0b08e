import type { ShownNames } from '../cluster/access/expectation.js';
import type { KnownNames } from '../cluster/access/matrix.js';
import type { CallerName } from '../cluster/components/profile.js';
import type { Client } from '../cluster/inventory/inventory.js';
import { callingFactsOf, type Evidence } from './check.js';

/** Each distinct name that callers on this node show, and those that clients are declared to have. */
export function knownNames({
  inventory,
  credentials,
  calling,
  agent,
}: Pick<Evidence, 'inventory' | 'credentials' | 'calling' | 'agent'>): KnownNames {
  const names = new Map<CallerName, ShownNames[]>();
  const add = (caller: CallerName, shown: ShownNames) => {
    const known = names.get(caller) ?? [];
    if (!known.some(({ leaf }) => leaf.join('\n') === shown.leaf.join('\n'))) {
      names.set(caller, [...known, shown]);
    }
  };
  for (const { caller, shown } of shownOnThisNode({ inventory, credentials, calling })) {
    add(caller, shown);
  }
  for (const client of inventory.clients) {
    for (const shown of shownByClient(client)) {
      add(client.name, shown);
    }
  }
  const [leaf] = agent?.chain ?? [];
  if (leaf !== undefined) {
    add('agent', { leaf: leaf.commonNames });
  }
  return names;
}

function shownOnThisNode({ inventory, credentials, calling }: Pick<Evidence, 'inventory' | 'credentials' | 'calling'>) {
  return inventory.instances.flatMap((instance) => {
    const facts = callingFactsOf({ credentials, calling }, instance);
    const [leaf, ...above] = facts?.chain ?? [];
    if (leaf === undefined) {
      return [];
    }
    const chain = [...above, ...(facts?.ca ?? [])].flatMap(({ commonNames }) => commonNames);
    return [{ caller: instance.component, shown: { leaf: leaf.commonNames, chain } }];
  });
}

function shownByClient({ commonName }: Client): readonly ShownNames[] {
  return commonName === undefined ? [] : [{ leaf: [commonName] }];
}
