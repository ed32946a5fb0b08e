import type { Server, ServerOptions } from 'node:http';

/** What one client may cost: how long it may take to ask, and how much it may send. */
export const serverOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the time between two scrapes, which then share one connection.
  keepAliveTimeout: 75_000,
  // How often the first two are looked at; Node's own is 30 seconds, which would make them as long.
  connectionsCheckingInterval: 2_000,
} as const satisfies ServerOptions;

/** TLS handshakes that do not come to an end. */
export const handshakeTimeout = 10_000;

const mostConnections = 256;
/** An answer that nobody reads, and anything else that stands still. The longest probe takes a minute. */
const longestStandstill = 75_000;

/** The limits that are no options of a constructor. */
export function limitServer(server: Server): void {
  server.maxConnections = mostConnections;
  server.maxHeadersCount = 100;
  server.setTimeout(longestStandstill);
}
