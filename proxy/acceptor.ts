import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { CredentialStore, Generation } from '../credentials/credential-store.js';

/**
 * TLS on accepted connections, with the pair that is on disk at that moment: the store is asked for every one of them,
 * and a listener is made anew per generation, so that a connection keeps what it began with.
 *
 * No tickets: a resumed session would be let in by what was true when it began.
 */
export class Acceptor {
  readonly #store: CredentialStore;
  readonly #timeout: number;
  readonly #alpn: readonly string[];
  readonly #onSecure: (socket: TLSSocket) => void;
  readonly #onFailed: (error: Error, socket: TLSSocket) => void;
  readonly #onGeneration: (number: number) => void;
  #generation: Generation | undefined;
  #server: Server | undefined;

  constructor(options: {
    readonly store: CredentialStore;
    readonly timeout: number;
    readonly alpn: readonly string[];
    readonly onSecure: (socket: TLSSocket) => void;
    readonly onFailed: (error: Error, socket: TLSSocket) => void;
    readonly onGeneration: (number: number) => void;
  }) {
    this.#store = options.store;
    this.#timeout = options.timeout;
    this.#alpn = options.alpn;
    this.#onSecure = options.onSecure;
    this.#onFailed = options.onFailed;
    this.#onGeneration = options.onGeneration;
  }

  accept(socket: Socket): void {
    // Half-close is for what follows the handshake: whoever ends before it is gone, and must not be waited for.
    socket.allowHalfOpen = false;
    this.#current().emit('connection', socket);
  }

  #current(): Server {
    const generation = this.#store.current();
    if (this.#server === undefined || generation !== this.#generation) {
      this.#generation = generation;
      this.#server = this.#create(generation);
      this.#onGeneration(generation.number);
    }
    return this.#server;
  }

  #create({ pair, trust }: Generation): Server {
    const server = createServer({
      cert: pair.certificatePem,
      key: pair.keyPem,
      ca: trust.pem,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      ecdhCurve: 'X25519:P-256:P-384',
      ...(this.#alpn.length === 0 ? {} : { ALPNProtocols: [...this.#alpn] }),
      noDelay: true,
      handshakeTimeout: this.#timeout,
    });
    server.on('secureConnection', (secure) => {
      secure.allowHalfOpen = true;
      this.#onSecure(secure);
    });
    server.on('tlsClientError', this.#onFailed);
    return server;
  }
}
