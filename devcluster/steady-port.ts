import { randomInt } from 'node:crypto';
import type { Server } from 'node:net';
import { errorCode } from '../credentials/error-text.js';

const tries = 100;

/**
 * Listens on a loopback port outside the kernel's ephemeral range. Another process could get an ephemeral port while this
 * server is down. Rejects as `listen` does.
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
