import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { CredentialStore, CredentialVersion } from '../credentials/credential-store.js';
import { acceptsPartialChains } from '../credentials/partial-chains.js';
import { lacksCertificate, reasonOf } from './openssl-error.js';
import { Rejection } from './rejection.js';

export interface TlsAcceptorOptions {
  readonly store: CredentialStore;
  /** Milliseconds for one handshake. */
  readonly timeout: number;
  readonly alpn: readonly string[];
  /** Called when a credential version is used for the first time. */
  readonly onVersion: (number: number) => void;
}

/**
 * Mutual TLS on accepted connections. Each handshake uses the credential version that is current when it begins, and
 * the connection keeps it.
 *
 * The socket is made here and not by `tls.Server`: that of Node 24 reads the peer's certificate in a way that keeps
 * about 4 kB per handshake in memory for ever.
 */
export class TlsAcceptor {
  readonly #options: TlsAcceptorOptions;
  #version: CredentialVersion | undefined;
  #context: SecureContext | undefined;

  constructor(options: TlsAcceptorOptions) {
    this.#options = options;
  }

  /** Resolves after the handshake with a client whose certificate OpenSSL has verified. Rejects with Rejection. */
  async accept(socket: Socket): Promise<TLSSocket> {
    const { timeout, alpn } = this.#options;
    // Half-close is for established connections: a client that ends its side during the handshake is gone.
    socket.allowHalfOpen = false;
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#currentContext(),
      requestCert: true,
      rejectUnauthorized: true,
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    });
    // An error destroys the socket, and whoever uses it hears `close`.
    secure.on('error', () => undefined);
    await handshake(secure, timeout);
    const error = verifyErrorOf(secure);
    if (error !== null) {
      secure.destroy();
      throw new Rejection('invalid-certificate', error.message, error);
    }
    return secure;
  }

  #currentContext(): SecureContext {
    const version = this.#options.store.current();
    if (this.#context === undefined || version !== this.#version) {
      this.#context = serverContext(version);
      this.#version = version;
      this.#options.onVersion(version.number);
    }
    return this.#context;
  }
}

/**
 * Waits for a server's handshake. A socket without `tls.Server` reports TLS errors as `_tlsError`, and completion as
 * `secure`; both are the events from which `tls.Server` makes `tlsClientError` and `secureConnection`.
 */
function handshake(secure: TLSSocket, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (rejection: Rejection) => {
      clearTimeout(timer);
      secure.off('close', closed);
      secure.destroy();
      reject(rejection);
    };
    const closed = () => fail(new Rejection('client-closed', 'the connection was closed during the TLS handshake'));
    const timer = setTimeout(
      () => fail(new Rejection('handshake-timeout', `no TLS handshake within ${timeout} ms`)),
      timeout,
    );
    // Stays: after the handshake it ends a connection whose TLS is broken.
    secure.on('_tlsError', (error: Error) => fail(rejectionOfHandshake(error)));
    secure.once('close', closed);
    secure.once('secure', () => {
      clearTimeout(timer);
      secure.off('close', closed);
      // Here, and not after the promise: the client's end may follow in the same segment.
      secure.allowHalfOpen = true;
      resolve();
    });
  });
}

function rejectionOfHandshake(error: Error): Rejection {
  return new Rejection(lacksCertificate(error) ? 'no-certificate' : 'handshake-failed', reasonOf(error), error);
}

/**
 * OpenSSL's result of verifying the client's certificate, read as `tls.Server` reads it; the types of Node do not name
 * it. Were it missing, the call would throw and the client be rejected.
 */
function verifyErrorOf(secure: TLSSocket): Error | null {
  return (secure as unknown as { readonly _handle: { verifyError(): Error | null } })._handle.verifyError();
}

function serverContext({ pair, trust }: CredentialVersion): SecureContext {
  return createSecureContext({
    cert: pair.certificatePem,
    key: pair.keyPem,
    ca: trust.pem,
    ...acceptsPartialChains,
    minVersion: 'TLSv1.2',
    // No tickets: a resumed session would be authorized by a certificate that was verified earlier.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    // In TLS 1.2 OpenSSL rejects a client whose key is on a curve that is not named here.
    ecdhCurve: 'X25519:P-256:P-384:P-521',
  });
}
