import type { ProbeContext } from './attempt.js';
import type { TlsConnection } from './tls-connection.js';

/** Bounds of the wait where the identity is expected to be accepted, in milliseconds. */
const [shortest, longest] = [3, 200];
/** The wait where it is expected to be rejected: as long as a busy server may need, in milliseconds. */
const longestForUnauthorizedClient = 1000;

/**
 * Waits for a rejection before anything is sent. In TLS 1.3 the alert comes one round trip after the handshake, and
 * data sent before it arrives can turn the server's close into a reset that swallows the alert. Rejects with the
 * connection's error.
 *
 * A session ticket ends the wait: servers send it after they have verified the client certificate. Without one the wait
 * is two round trips, or `longestForUnauthorizedClient`, and never more than half of the timeout.
 */
export async function rejectionWindow(
  { socket, firstError }: TlsConnection,
  { info, isUnauthorizedClient, timeout }: Pick<ProbeContext, 'info' | 'isUnauthorizedClient' | 'timeout'>,
): Promise<void> {
  const { connect = 0, handshake = 0, tlsVersion } = info;
  if (tlsVersion !== 'TLSv1.3') {
    return;
  }
  const roundTrips = Math.min(Math.max(2 * (handshake - connect) * 1000, shortest), longest);
  const wait = Math.min(isUnauthorizedClient ? longestForUnauthorizedClient : roundTrips, timeout / 2);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, wait);
    // Node emits `session` within a read of OpenSSL, and a write at that point would be lost.
    const verified = () => setImmediate(done);
    function done() {
      clearTimeout(timer);
      socket.off('close', done);
      socket.off('session', verified);
      resolve();
    }
    socket.once('close', done);
    socket.once('session', verified);
  });
  const error = firstError();
  if (error !== undefined) {
    throw error;
  }
}
