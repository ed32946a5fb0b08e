import type { RequestListener, Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';

/** Limits of one client: time and size of its request. */
export const serverOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the time between two scrapes, which then share one connection.
  keepAliveTimeout: 75_000,
  // How often the first two are enforced; Node's default of 30 seconds would make them as long.
  connectionsCheckingInterval: 2_000,
} as const satisfies ServerOptions;

/** Milliseconds for a TLS handshake. */
export const handshakeTimeout = 10_000;

const mostConnections = 256;
/** Milliseconds without traffic, such as a response that the client does not read. The longest `/probe` takes a minute. */
const idleTimeout = 75_000;

/** Sets the limits that the constructor has no options for. */
export function limitServer(server: Server): void {
  server.maxConnections = mostConnections;
  server.maxHeadersCount = 100;
  server.setTimeout(idleTimeout);
}

/** Requests of one connection that are not answered yet; no client of metrics or pages sends as many. */
const mostPipelined = 8;

/** Closes connections with more unanswered requests: Node hands over all that a packet holds at once. */
export function boundPipelining(listener: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > mostPipelined) {
      socket.destroy();
      return;
    }
    unanswered.set(socket, count);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    listener(request, response);
  };
}
