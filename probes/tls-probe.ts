import { type Answered, accepted, attempt, isProbeResult, type ProbeContext } from './attempt.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';

/** Longest wait for a refusal after the handshake; in TLS 1.3 it comes one round trip later. */
const rejectionWait = 200;

/**
 * A bare handshake. `accepted` only when the server spoke first (as gRPC servers do); without a byte from it the
 * outcome is `inconclusive`, because nothing tells acceptance from a refusal still on its way.
 */
export function probeTls(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  return attempt('tls', target, identity, options, waitForRejection);
}

async function waitForRejection({ open, seen }: ProbeContext): Promise<Answered> {
  const opened = await open();
  if (isProbeResult(opened)) {
    return { result: opened, application: undefined };
  }
  const { socket, firstError } = opened;
  const roundTrip = ((seen.handshake ?? 0) - (seen.connect ?? 0)) * 1000;
  return new Promise((resolve, reject) => {
    const detail = 'the handshake ended and no refusal followed, but the server sent no byte';
    const timer = setTimeout(
      () => resolve({ result: { outcome: 'inconclusive', rejection: undefined, detail }, application: undefined }),
      Math.max(rejectionWait, 2 * roundTrip),
    );
    socket.once('data', () => {
      clearTimeout(timer);
      resolve({ result: accepted('the server answered'), application: undefined });
    });
    socket.once('close', () => {
      clearTimeout(timer);
      reject(firstError() ?? new Error('closed'));
    });
    socket.once('end', () => {
      clearTimeout(timer);
      reject(firstError() ?? new Error('closed'));
    });
  });
}
