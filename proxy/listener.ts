import { createServer, type Server, type Socket } from 'node:net';
import type { CredentialStore } from '../credentials/credential-store.js';
import { Authorization } from './authorization.js';
import { type ListenerContext, serveConnection } from './connection.js';
import { ConnectionLimit } from './connection-limit.js';
import type { ProxyEvents } from './events.js';
import { keepAlive } from './keep-alive.js';
import { listenOn } from './listen-on.js';
import type { ProxySettings } from './settings.js';
import { Targets } from './targets.js';
import { TlsAcceptor } from './tls-acceptor.js';

/** One listener of the proxy. */
export class ProxyListener {
  readonly #context: ListenerContext;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor(settings: ProxySettings, store: CredentialStore, events: ProxyEvents) {
    const { handshakeTimeout: timeout, connectTimeout, maxConnections, alpn, minVersion, cipherSuites } = settings;
    const onVersion = (number: number) => events.credentialVersion(number);
    this.#context = {
      settings,
      store,
      events,
      limit: new ConnectionLimit(maxConnections, timeout),
      acceptor: new TlsAcceptor({ store, timeout, alpn, minVersion, cipherSuites, onVersion }),
      authorization: new Authorization(settings.access),
      targets: new Targets(settings.targets, connectTimeout),
    };
    const options = { ...keepAlive, allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
    this.#server = createServer(options, (socket) => this.#serve(socket));
  }

  /** Resolves with the address in use. Rejects when the system does not give it. */
  async listen(): Promise<string> {
    const { settings, events } = this.#context;
    const address = await listenOn(this.#server, settings.listen);
    // From now on an error is one connection that could not be accepted, as without file descriptors.
    this.#server.on('error', (error) => events.acceptFailed(error));
    return address;
  }

  /** How many connections are open, those that wait included. */
  connections(): number {
    return this.#open.size;
  }

  /** Accepts no more. Resolves true when all connections ended in time, false when some were closed at the end of it. */
  async drain(milliseconds: number): Promise<boolean> {
    const closed = new Promise<boolean>((resolve) => this.#server.close(() => resolve(true)));
    this.#context.limit.close();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    const drained = await Promise.race([closed, deadline]);
    clearTimeout(timer);
    for (const socket of this.#open) {
      socket.destroy();
    }
    return drained;
  }

  #serve(socket: Socket): void {
    this.#context.events.accepted();
    this.#open.add(socket);
    // At once: a client may reset while it waits. An error destroys the socket.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#open.delete(socket));
    void serveConnection(socket, this.#context);
  }
}
