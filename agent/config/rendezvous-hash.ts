/**
 * The weight of a key on a node, the same on every machine. The node with the greatest weight owns the key (rendezvous
 * hashing): a new node takes over the keys that it wins, and no other key moves.
 */
export function rendezvousWeight(key: string, node: number): number {
  let mixed = numberOf(key) ^ Math.imul(node + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A number for a name (FNV-1a). */
export function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
