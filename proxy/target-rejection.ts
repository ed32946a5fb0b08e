import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { isAlert, reasonOf } from './openssl-error.js';
import type { RejectionReason } from './rejection.js';

/**
 * Reports that a target rejected the proxy's certificate. In TLS 1.3 a server verifies it after the client's handshake
 * is complete, so that the rejection comes on an established connection: as an alert, or, from some servers, as a close
 * before the first byte. The close alone does not name its cause, hence a reason of its own.
 */
export function watchTargetRejection(
  target: TLSSocket,
  client: Socket,
  report: (reason: RejectionReason, detail: string) => void,
): void {
  let answered = false;
  let reported = false;
  const closed = () => {
    if (!reported && !answered && !client.readableEnded && !client.destroyed) {
      report('target-closed', 'the target closed the connection before it sent a byte');
    }
    reported = true;
  };
  target.once('data', () => {
    answered = true;
  });
  target.once('error', (error) => {
    if (isAlert(error)) {
      reported = true;
      report('target-rejected', `the target rejected the certificate: ${reasonOf(error)}`);
    }
  });
  target.once('end', closed);
  target.once('close', closed);
}
