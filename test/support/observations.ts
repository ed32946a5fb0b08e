import type { EndpointObservation } from '../../checks/check.js';
import { profiles } from '../../cluster/components/profiles.js';
import type { Instance, Inventory } from '../../cluster/inventory/inventory.js';
import type { Observation } from '../../probes/observation.js';

export function tikv(name: string): Instance {
  const endpoints = profiles.tikv.endpoints.map((profile) => ({
    name: profile.name,
    host: '127.0.0.1',
    port: profile.defaultPort,
    origin: { kind: 'default' as const },
    scheme: 'https' as const,
    allowList: 'unknown' as const,
    profile,
  }));
  const security = { ca: undefined, cert: undefined, key: undefined, allowedCommonNames: undefined };
  const unknown = { version: undefined, configFile: undefined };
  return { component: 'tikv', name, ...unknown, security, endpoints, advertisedHosts: [], local: true };
}

export function inventoryOf(...names: readonly string[]): Inventory {
  return { instances: names.map(tikv), clients: [], problems: [], disagreements: [] };
}

/** An answered gRPC probe, to be varied. */
export const accepted: Observation = {
  protocol: 'grpc',
  identity: 'agent',
  host: '127.0.0.1',
  port: 20160,
  at: new Date('2026-01-01T00:00:00Z'),
  outcome: 'accepted',
  rejection: undefined,
  detail: 'answered',
  peerChain: [],
  peerProblem: undefined,
  tlsVersion: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  alpn: 'h2',
  durations: { total: 0.01, connect: 0.001, handshake: 0.005 },
  application: { protocol: 'grpc', status: 0 },
};

export function rejected(by: 'tls-alert' | 'http-status' | 'certificate', name: string): Observation {
  const rejection = {
    side: by === 'certificate' ? ('probe' as const) : ('peer' as const),
    by,
    number: undefined,
    name,
  };
  return { ...accepted, outcome: 'rejected', application: undefined, rejection };
}

export function entryOf(inventory: Inventory, index: number, observation: Observation): EndpointObservation {
  const instance = inventory.instances[index];
  const endpoint = instance?.endpoints[0];
  if (instance === undefined || endpoint === undefined) {
    throw new TypeError('no such instance');
  }
  return { instance, endpoint, observation };
}
