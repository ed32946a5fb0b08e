import { formatAddress } from '../../cluster/inventory/address.js';
import type { Endpoint, Inventory } from '../../cluster/inventory/inventory.js';
import { rendezvousWeight } from './rendezvous-hash.js';

/** One part of several that together look at everything; `index` counts from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** `0/3`, `1/3`, `2/3`; undefined when it is none. */
export function parseShard(text: string): Shard | undefined {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  return index < count ? { index, count } : undefined;
}

export const shardHint = 'write the part and how many there are, counting from 0: 0/3, 1/3, 2/3';

/** The inventory with the ports of one shard. Its instances stay, because what they say of others counts everywhere. */
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
  let winner = { index: 0, amount: -1 };
  for (let index = 0; index < count; index++) {
    const amount = rendezvousWeight(key, index);
    if (amount > winner.amount) {
      winner = { index, amount };
    }
  }
  return winner.index;
}
