import { type Answered, accepted, attempt, type Frame, isVerdict } from './attempt.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';

/** Longest wait for a refusal after the handshake; in TLS 1.3 it comes one round trip later. */
const refusalWait = 200;

/**
 * A bare handshake. `accepted` only when the server spoke first (as gRPC servers do); without a byte from it the
 * outcome is `inconclusive`, because nothing tells acceptance from a refusal still on its way.
 */
export function probeTls(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  return attempt('tls', target, identity, options, waitForRefusal);
}

async function waitForRefusal({ open, seen }: Frame): Promise<Answered> {
  const opened = await open();
  if (isVerdict(opened)) {
    return { verdict: opened, application: undefined };
  }
  const { socket, firstError } = opened;
  const roundTrip = ((seen.handshake ?? 0) - (seen.connect ?? 0)) * 1000;
  return new Promise((resolve, reject) => {
    const detail = 'the handshake ended and no refusal followed, but the server sent no byte';
    const timer = setTimeout(
      () => resolve({ verdict: { outcome: 'inconclusive', refusal: undefined, detail }, application: undefined }),
      Math.max(refusalWait, 2 * roundTrip),
    );
    socket.once('data', () => {
      clearTimeout(timer);
      resolve({ verdict: accepted('the server answered'), application: undefined });
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
