import type { ProbeContext } from './attempt.js';
import type { TlsConnection } from './tls-connection.js';

/** Shortest and longest wait of a caller that expects to be let in, and longest of a stranger, in milliseconds. */
const [shortest, longest, longestOfUnauthorizedClient] = [3, 200, 1000];

/**
 * Waits before a question is asked. In TLS 1.3 a refusal comes one round trip after the handshake; a question sent before
 * it arrives makes the server's close a reset, and a reset can swallow the alert that gave the reason. Rejects with it.
 * A ticket ends the wait: servers send it when they have judged the caller's certificate. Without one, a stranger, for
 * whom a refusal is expected, waits as long as a busy server may need, but never more than half of `timeout`.
 */
export async function rejectionWindow(
  { socket, firstError }: TlsConnection,
  {
    seen: { connect = 0, handshake = 0, tlsVersion },
    isUnauthorizedClient,
    timeout,
  }: Pick<ProbeContext, 'seen' | 'isUnauthorizedClient' | 'timeout'>,
): Promise<void> {
  if (tlsVersion !== 'TLSv1.3') {
    return;
  }
  const roundTrips = Math.min(Math.max(2 * (handshake - connect) * 1000, shortest), longest);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(
      done,
      Math.min(isUnauthorizedClient ? longestOfUnauthorizedClient : roundTrips, timeout / 2),
    );
    // The ticket is told from within a read of OpenSSL's, in which a write would be lost.
    const evaluated = () => setImmediate(done);
    function done() {
      clearTimeout(timer);
      socket.off('close', done);
      socket.off('session', evaluated);
      resolve();
    }
    socket.once('close', done);
    socket.once('session', evaluated);
  });
  const error = firstError();
  if (error !== undefined) {
    throw error;
  }
}
