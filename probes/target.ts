import type { Endpoint } from '../cluster/inventory/inventory.js';
import type { ProbeTarget } from './prober.js';
import type { HandshakeTarget } from './server-handshake.js';

/** The endpoint with the harmless request of its profile. */
export function targetOf({ host, port, profile }: Endpoint): ProbeTarget {
  const { probe, tlsOnlyPath } = profile;
  return { host, port, alpn: profile.alpn[probe.protocol], probe, tlsOnlyPath };
}

/** As `targetOf`, for a handshake without a request: what is offered shows whether callers by gRPC find h2. */
export function handshakeTargetOf(endpoint: Endpoint): HandshakeTarget {
  const target = targetOf(endpoint);
  return endpoint.profile.grpcCallers === undefined ? target : { ...target, alpn: endpoint.profile.alpn.grpc };
}

/** Host and port as in a URL, with the name that is verified. */
export function authorityOf({ host, port, serverName = host }: ProbeTarget): string {
  return `${serverName.includes(':') ? `[${serverName}]` : serverName}:${port}`;
}
