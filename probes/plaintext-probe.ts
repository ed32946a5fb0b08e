import type { Observation } from './observation.js';
import { askPlaintext } from './plaintext.js';
import type { ProbeOptions, ProbeTarget } from './prober.js';

/** Speaks plain HTTP to the port. `accepted`: it answered, so anybody may. */
export async function probePlaintext(target: ProbeTarget, { timeout }: ProbeOptions): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const answer = await askPlaintext(target, timeout);
  const close = { side: 'peer', by: 'close', number: undefined, name: 'close' } as const;
  return {
    protocol: 'http',
    identity: 'plaintext',
    host: target.host,
    port: target.port,
    at,
    ...verdicts[answer.kind],
    detail: answer.detail,
    refusal: answer.kind === 'closed' ? close : undefined,
    peerChain: [],
    peerProblem: undefined,
    tlsVersion: undefined,
    cipher: undefined,
    alpn: undefined,
    durations: { total: (performance.now() - start) / 1000, connect: undefined, handshake: undefined },
    application: undefined,
  };
}

const verdicts = {
  answered: { outcome: 'accepted' },
  closed: { outcome: 'refused' },
  unreachable: { outcome: 'unreachable' },
  silent: { outcome: 'timeout' },
} as const;
