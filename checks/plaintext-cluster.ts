import { type Evidence, portsOf } from './check.js';

/** Every source says http, no component has a TLS path, and no port was seen to speak TLS: one finding, not one for each port. */
export function isPlaintextCluster({ inventory: { instances }, observations }: Evidence): boolean {
  const ports = portsOf(instances);
  return (
    ports.length > 0 &&
    ports.every(({ endpoint }) => endpoint.scheme === 'http') &&
    instances.every(({ security: { ca, cert, key } }) => [ca, cert, key].every((path) => path === undefined)) &&
    observations.every(({ observation }) => observation.peerChain.length === 0)
  );
}
