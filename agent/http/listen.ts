import type { Server } from 'node:net';
import type { Logger } from 'pino';

/**
 * Binds a server; rejects with what keeps it from listening. From then on an error is one accept that failed: it is
 * logged, and ends nothing.
 */
export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  logger: Logger,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Without a host Node listens on all addresses of both families, and on those of IPv4 where there is no other.
    server.listen(host === '::' ? { port } : { host, port }, () => {
      server.off('error', reject);
      server.on('error', ({ message }) => logger.error({ reason: message }, 'a connection could not be accepted'));
      resolve();
    });
  });
}
