/**
 * A number for a thing and a bidder, the same on every machine; the bids of one thing are independent of each other.
 * Who bids most gets it (rendezvous hashing), so that another bidder takes from each what it wins and nothing else moves.
 */
export function rendezvousWeight(thing: string, node: number): number {
  let mixed = numberOf(thing) ^ Math.imul(node + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A bidder's number, where it has a name (FNV-1a). */
export function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
