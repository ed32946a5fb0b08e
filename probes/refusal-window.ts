import type { Frame } from './attempt.js';
import type { TlsConnection } from './tls-connection.js';

/** Shortest and longest wait, in milliseconds. */
const [shortest, longest] = [3, 200];

/**
 * Waits before a question is asked. In TLS 1.3 a refusal comes one round trip after the handshake; a question sent before
 * it arrives makes the server's close a reset, and a reset can swallow the alert that gave the reason. Rejects with it.
 * A stranger, for whom a refusal is expected, waits longest.
 */
export async function refusalWindow(
  { socket, firstError }: TlsConnection,
  { seen: { connect = 0, handshake = 0, tlsVersion }, isStranger }: Pick<Frame, 'seen' | 'isStranger'>,
): Promise<void> {
  if (tlsVersion !== 'TLSv1.3') {
    return;
  }
  const roundTrips = Math.min(Math.max(2 * (handshake - connect) * 1000, shortest), longest);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, isStranger ? longest : roundTrips);
    function done() {
      clearTimeout(timer);
      socket.off('close', done);
      resolve();
    }
    socket.once('close', done);
  });
  const error = firstError();
  if (error !== undefined) {
    throw error;
  }
}
