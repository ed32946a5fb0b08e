import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { RejectionReason } from './events.js';
import { isAlert, shortOf } from './tls-error.js';

/**
 * What a target makes of our certificate. In TLS 1.3 it judges after its own handshake is done, so that a refusal comes
 * once both sides are joined: as an alert, or as a bare close before its first byte, which some servers leave it at. The
 * close alone does not say why, hence a reason of its own.
 */
export function onTargetResult(
  target: TLSSocket,
  client: Socket,
  tell: (reason: RejectionReason, detail: string) => void,
): void {
  let heard = false;
  target.once('data', () => {
    heard = true;
  });
  let reported = false;
  const closed = () => {
    if (!reported && !heard && !client.readableEnded && !client.destroyed) {
      tell('target-closed', 'the target closed without a byte');
    }
    reported = true;
  };
  target.once('error', (error) => {
    if (isAlert(error)) {
      reported = true;
      tell('target-rejected', `the target ended it with ${shortOf(error)}`);
    }
  });
  target.once('end', closed);
  target.once('close', closed);
}
