import type { Endpoint } from '../cluster/inventory/inventory.js';
import type { ProbeTarget } from './prober.js';

/** The endpoint with the harmless request of its profile. */
export function targetOf({ host, port, profile }: Endpoint): ProbeTarget {
  const { probe } = profile;
  return { host, port, alpn: profile.alpn[probe.protocol], probe };
}

/** Host and port as in a URL, with the name that is verified. */
export function authorityOf({ host, port, serverName = host }: ProbeTarget): string {
  return `${serverName.includes(':') ? `[${serverName}]` : serverName}:${port}`;
}
