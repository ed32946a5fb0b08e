import type { Observation } from './observation.js';
import { askPlaintext } from './plaintext.js';
import type { ProbeOptions, ProbeTarget } from './prober.js';

/** Speaks plain HTTP to the port. `accepted`: it answered, so anybody may. */
export async function probePlaintext(target: ProbeTarget, { timeout, signal }: ProbeOptions): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const answer = await askPlaintext(target, timeout, signal);
  return {
    protocol: 'http',
    identity: 'plaintext',
    host: target.host,
    port: target.port,
    at,
    outcome: outcomes[answer.kind],
    detail: answer.detail,
    rejection: answer.kind === 'rejected' ? answer.rejection : undefined,
    peerChain: [],
    peerProblem: undefined,
    tlsVersion: undefined,
    cipher: undefined,
    alpn: undefined,
    durations: { total: (performance.now() - start) / 1000, connect: undefined, handshake: undefined },
    application: undefined,
  };
}

const outcomes = {
  answered: 'accepted',
  rejected: 'rejected',
  unreachable: 'unreachable',
  silent: 'timeout',
} as const;
