import { formatAddress } from '../../cluster/inventory/address.js';
import type { Endpoint, Inventory } from '../../cluster/inventory/inventory.js';
import type { Format } from './key.js';
import { rendezvousWeight } from './rendezvous-hash.js';

/** One of several parts of a cluster's ports; `index` counts from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `0/3`, `1/3`, `2/3`. */
export const shardFormat: Format<Shard> = {
  parse: (text) => {
    const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
    const [index, count] = [Number(match?.[1]), Number(match?.[2])];
    return index < count ? { index, count } : undefined;
  },
  what: 'I/N with I below N',
  hint: 'write the part and how many there are, counting from 0: 0/3, 1/3, 2/3',
};

/** The inventory with the ports of one shard. Its instances stay: what they say of other instances holds for every shard. */
export function shardOf(inventory: Inventory, shard: Shard | undefined): Inventory {
  if (shard === undefined) {
    return inventory;
  }
  const instances = inventory.instances.map((instance) => ({
    ...instance,
    endpoints: instance.endpoints.filter((endpoint) => shardIndexOf(endpoint, shard.count) === shard.index),
  }));
  return { ...inventory, instances };
}

function shardIndexOf(endpoint: Pick<Endpoint, 'host' | 'port'>, count: number): number {
  const key = formatAddress(endpoint);
  let winner = { index: 0, weight: -1 };
  for (let index = 0; index < count; index++) {
    const weight = rendezvousWeight(key, index);
    if (weight > winner.weight) {
      winner = { index, weight };
    }
  }
  return winner.index;
}
