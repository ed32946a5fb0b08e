import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { CredentialStore, CredentialVersion } from '../credentials/credential-store.js';
import { UntrustedError } from './tls-error.js';

/**
 * TLS on accepted connections, with the pair that is on disk at that moment: the store is asked for every one of them,
 * and a context is made per generation, so that a connection keeps what it began with.
 *
 * No tickets: a resumed session would be let in by what was true when it began.
 *
 * The socket is made here and not by `tls.Server`, whose Node 24 asks for the peer's certificate in a way that keeps
 * some 4 kB per handshake for good.
 */
export class Acceptor {
  readonly #store: CredentialStore;
  readonly #timeout: number;
  readonly #alpn: readonly string[];
  readonly #onSecure: (socket: TLSSocket) => void;
  readonly #onFailed: (error: Error, socket: TLSSocket) => void;
  readonly #onVersion: (number: number) => void;
  #version: CredentialVersion | undefined;
  #context: SecureContext | undefined;

  constructor(options: {
    readonly store: CredentialStore;
    readonly timeout: number;
    readonly alpn: readonly string[];
    readonly onSecure: (socket: TLSSocket) => void;
    readonly onFailed: (error: Error, socket: TLSSocket) => void;
    readonly onVersion: (number: number) => void;
  }) {
    this.#store = options.store;
    this.#timeout = options.timeout;
    this.#alpn = options.alpn;
    this.#onSecure = options.onSecure;
    this.#onFailed = options.onFailed;
    this.#onVersion = options.onVersion;
  }

  accept(socket: Socket): void {
    // Half-close is for what follows the handshake: whoever ends before it is gone, and must not be waited for.
    socket.allowHalfOpen = false;
    const options = {
      isServer: true,
      secureContext: this.#current(),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: this.#timeout,
      ...(this.#alpn.length === 0 ? {} : { ALPNProtocols: [...this.#alpn] }),
    };
    const secure = new TLSSocket(socket, options);
    let settled = false;
    const fail = (error: Error) => {
      if (!settled) {
        settled = true;
        this.#onFailed(error, secure);
      }
      secure.destroy();
    };
    // Every error of the connection comes by this name as long as no server has claimed it: in the handshake and after.
    secure.on('_tlsError', fail);
    secure.once('close', () => fail(new Error('the client left during the handshake')));
    secure.once('secure', () => {
      const verifyError = verifyErrorOf(secure);
      if (verifyError !== null) {
        fail(new UntrustedError(verifyError));
        return;
      }
      settled = true;
      secure.allowHalfOpen = true;
      this.#onSecure(secure);
    });
  }

  #current(): SecureContext {
    const version = this.#store.current();
    if (this.#context === undefined || version !== this.#version) {
      this.#version = version;
      this.#context = contextOf(version);
      this.#onVersion(version.number);
    }
    return this.#context;
  }
}

/**
 * OpenSSL's verdict on the client's certificate, as `tls.Server` asks for it; the types of Node do not name it. Were it
 * gone, the call would throw and nobody be let in.
 */
function verifyErrorOf(secure: TLSSocket): Error | null {
  return (secure as unknown as { readonly _handle: { verifyError(): Error | null } })._handle.verifyError();
}

function contextOf({ pair, trust }: CredentialVersion): SecureContext {
  return createSecureContext({
    cert: pair.certificatePem,
    key: pair.keyPem,
    ca: trust.pem,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    // In TLS 1.2 OpenSSL refuses a client whose certificate has a key on another curve than these.
    ecdhCurve: 'X25519:P-256:P-384:P-521',
  });
}
