import { randomInt } from 'node:crypto';
import type { Server } from 'node:net';
import { errorCode } from '../credentials/error-text.js';

const tries = 100;

/**
 * Listens on a port of the loopback that no other process is given: none of those that the kernel hands to whoever listens on
 * port 0 or connects somewhere, since one of those could be taken while its owner is down. Rejects as `listen` does.
 */
export async function listenOnSteadyPort(server: Server, left = tries): Promise<number> {
  const port = randomInt(15_000, 32_000);
  try {
    await listenOn(server, port);
    return port;
  } catch (error: unknown) {
    if (left > 1 && errorCode(error) === 'EADDRINUSE') {
      return await listenOnSteadyPort(server, left - 1);
    }
    throw error;
  }
}

export function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
