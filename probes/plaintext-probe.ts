import type { Observation } from './observation.js';
import { requestPlaintext } from './plaintext.js';
import type { ProbeOptions, ProbeTarget } from './prober.js';

/** One HTTP request without TLS. `accepted`: the port answered it, so that every client is accepted. */
export async function probePlaintext(
  { host, port, tlsOnlyPath }: ProbeTarget,
  { timeout, signal }: ProbeOptions,
): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const result = await requestPlaintext({ host, port, tlsOnlyPath }, timeout, signal);
  return {
    protocol: 'http',
    identity: 'plaintext',
    host,
    port,
    at,
    ...result,
    peerChain: [],
    peerProblem: undefined,
    tlsVersion: undefined,
    cipher: undefined,
    alpn: undefined,
    durations: { total: (performance.now() - start) / 1000, connect: undefined, handshake: undefined },
    application: undefined,
  };
}
