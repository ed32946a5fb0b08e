import { type EndpointObservation, portKey } from './check.js';

/** The newest observation of each port that has a chain. */
export function latestChains(observations: readonly EndpointObservation[]): readonly EndpointObservation[] {
  const latest = new Map<string, EndpointObservation>();
  for (const one of observations) {
    const key = portKey(one.instance, one.endpoint);
    const known = latest.get(key);
    if (one.observation.peerChain.length > 0 && (known === undefined || known.observation.at < one.observation.at)) {
      latest.set(key, one);
    }
  }
  return [...latest.values()];
}
