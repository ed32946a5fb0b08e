import { createHash } from 'node:crypto';

/**
 * A number for a thing and a bidder, the same on every machine; the bids of one thing are independent of each other.
 * Who bids most gets it (rendezvous hashing), so that another bidder takes from each what it wins and nothing else moves.
 */
export function bid(thing: string, bidder: number | string): number {
  const number = typeof bidder === 'number' ? bidder + 1 : digestOf(bidder);
  let mixed = digestOf(thing) ^ Math.imul(number, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function digestOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
