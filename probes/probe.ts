import { probeGrpc } from './grpc-probe.js';
import { probeHttp } from './http-probe.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { probeTls } from './tls-probe.js';

/** Probes with the harmless request of the target; with a bare handshake when it has none. */
export function probeEndpoint(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  switch (target.probe?.protocol) {
    case 'http':
      return probeHttp(target, identity, options);
    case 'grpc':
      return probeGrpc(target, identity, options);
    case undefined:
      return probeTls(target, identity, options);
  }
}
