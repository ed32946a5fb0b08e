import type { Server } from 'node:net';
import type { Logger } from 'pino';
import { errorCode } from '../../credentials/error-text.js';
import { addressInUse } from '../config/error.js';

/** The fix for an address that cannot be bound; `setting` names where it is set. */
export function listenHint(error: unknown, setting: string): string {
  const another = `choose another address with ${setting}`;
  return errorCode(error) === 'EADDRINUSE' ? `${addressInUse}; or ${another}` : another;
}

/**
 * Binds a server; rejects with the reason why it cannot listen. A later error is a connection that could not be accepted:
 * it is logged, and the server goes on.
 */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  logger: Logger,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Without a host Node listens on all addresses of both families, or of IPv4 where IPv6 is not available.
    server.listen(host === '::' ? { port } : { host, port }, () => {
      server.off('error', reject);
      server.on('error', ({ message }) => logger.error({ reason: message }, 'a connection could not be accepted'));
      resolve();
    });
  });
}
