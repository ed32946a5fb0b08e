import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { errorMessage } from './error-text.js';

export type HandshakeFailure = 'client-closed' | 'handshake-timeout' | 'handshake-failed';

/** A handshake that was not completed; the cause is the error of OpenSSL, where there is one. */
export class HandshakeError extends Error {
  override readonly name = 'HandshakeError';
  readonly code: HandshakeFailure;

  constructor(code: HandshakeFailure, message: string, cause?: Error) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export interface ServerHandshakeOptions {
  readonly secureContext: SecureContext;
  readonly requestCert: boolean;
  /** Whether the handshake fails without a client certificate. */
  readonly requireCert: boolean;
  readonly alpn?: readonly string[];
  /** Milliseconds for the handshake. */
  readonly timeout: number;
}

export interface AcceptedClient {
  readonly secure: TLSSocket;
  /** OpenSSL's result for the client's certificate; also set without one. */
  readonly verifyError: Error | undefined;
}

/**
 * The server's side of one handshake. Rejects with HandshakeError.
 *
 * The socket is made here and not by `tls.Server`: that one takes partial chains only from clients that name a host (SNI),
 * and in Node 24 it reads the peer's certificate in a way that keeps about 4 kB per handshake in memory for ever.
 */
export async function acceptTls(socket: Duplex, options: ServerHandshakeOptions): Promise<AcceptedClient> {
  const { secureContext, requestCert, requireCert, alpn = [], timeout } = options;
  const { allowHalfOpen } = socket;
  // Half-close is for established connections: a client that ends its side during the handshake is gone.
  socket.allowHalfOpen = false;
  const secure = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    requestCert,
    rejectUnauthorized: requireCert,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
  });
  // An error destroys the socket, and whoever uses it hears `close`.
  secure.on('error', () => undefined);
  const verifyError = await handshake(secure, timeout, () => {
    secure.allowHalfOpen = allowHalfOpen;
    const internals = secure as unknown as Internals;
    internals.secureConnecting = false;
    return internals._handle.verifyError() ?? undefined;
  });
  return { secure, verifyError };
}

/** What `tls.Server` sets and reads after a handshake, and the types of Node do not name. */
interface Internals {
  /** HTTP/2 waits while it is true. */
  secureConnecting: boolean;
  /** OpenSSL's result for the client's certificate. Were it missing, the call would throw and the client be rejected. */
  readonly _handle: { verifyError(): Error | null };
}

/**
 * Waits for a server's handshake. A socket without `tls.Server` reports TLS errors as `_tlsError`, and completion as
 * `secure`; both are the events from which `tls.Server` makes `tlsClientError` and `secureConnection`.
 */
function handshake<Value>(secure: TLSSocket, timeout: number, completed: () => Value): Promise<Value> {
  return new Promise((resolve, reject) => {
    const fail = (error: HandshakeError) => {
      clearTimeout(timer);
      secure.off('close', closed);
      secure.destroy();
      reject(error);
    };
    const closed = () =>
      fail(new HandshakeError('client-closed', 'the connection was closed during the TLS handshake'));
    const timer = setTimeout(
      () => fail(new HandshakeError('handshake-timeout', `no TLS handshake within ${timeout} ms`)),
      timeout,
    );
    // Stays: after the handshake it ends a connection whose TLS is broken.
    secure.on('_tlsError', (error: Error) => fail(new HandshakeError('handshake-failed', error.message, error)));
    secure.once('close', closed);
    secure.once('secure', () => {
      clearTimeout(timer);
      secure.off('close', closed);
      // Here, and not after the promise: the client's end may follow in the same segment.
      try {
        resolve(completed());
      } catch (error: unknown) {
        fail(new HandshakeError('handshake-failed', errorMessage(error)));
      }
    });
  });
}
