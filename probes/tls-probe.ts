import { attempt, type ProbeContext } from './attempt.js';
import type { Observation } from './observation.js';
import { type Answered, isProbeResult, resultOf, withoutAnswer } from './probe-result.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';

/** Shortest wait for a rejection after the handshake, in milliseconds; in TLS 1.3 it comes one round trip later. */
const rejectionWait = 200;

/**
 * A bare handshake. `accepted` only when the server sends data first, as gRPC servers do. Without data the outcome is
 * `inconclusive`: a rejection may still be on its way.
 */
export function probeTls(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  return attempt('tls', target, identity, options, waitForRejection);
}

async function waitForRejection({ open, info }: ProbeContext): Promise<Answered> {
  const opened = await open();
  if (isProbeResult(opened)) {
    return withoutAnswer(opened);
  }
  const { socket, firstError } = opened;
  const roundTrip = ((info.handshake ?? 0) - (info.connect ?? 0)) * 1000;
  return await new Promise((resolve, reject) => {
    const silent = resultOf('inconclusive', 'the TLS handshake completed, and neither data nor a rejection followed');
    const timer = setTimeout(() => resolve(withoutAnswer(silent)), Math.max(rejectionWait, 2 * roundTrip));
    socket.once('data', () => {
      clearTimeout(timer);
      resolve(withoutAnswer(resultOf('accepted', 'the server sent data after the TLS handshake')));
    });
    const fail = () => {
      clearTimeout(timer);
      reject(firstError() ?? new Error('closed'));
    };
    socket.once('end', fail);
    socket.once('close', fail);
  });
}
