import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { CredentialStore, CredentialVersion } from '../credentials/credential-store.js';
import { cipherList } from '../credentials/go-tls-names.js';
import { acceptsPartialChains } from '../credentials/partial-chains.js';
import { acceptTls, HandshakeError } from '../credentials/server-handshake.js';
import { lacksCertificate, reasonOf } from './openssl-error.js';
import { Rejection } from './rejection.js';

export interface TlsAcceptorOptions {
  readonly store: CredentialStore;
  /** Milliseconds for one handshake. */
  readonly timeout: number;
  readonly alpn: readonly string[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** As those of the settings. */
  readonly cipherSuites: readonly string[];
  /** Called when a credential version is used for the first time. */
  readonly onVersion: (number: number) => void;
}

/**
 * Mutual TLS on accepted connections. Each handshake uses the credential version that is current when it begins, and
 * the connection keeps it.
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
    const secureContext = this.#currentContext();
    const asked = { secureContext, requestCert: true, requireCert: true, alpn, timeout };
    const { secure, verifyError } = await acceptTls(socket, asked).catch(rejectHandshake);
    if (verifyError !== undefined) {
      secure.destroy();
      throw new Rejection('invalid-certificate', verifyError.message, verifyError);
    }
    return secure;
  }

  #currentContext(): SecureContext {
    const version = this.#options.store.current();
    if (this.#context === undefined || version !== this.#version) {
      this.#context = serverContext(version, this.#options);
      this.#version = version;
      this.#options.onVersion(version.number);
    }
    return this.#context;
  }
}

function rejectHandshake(error: unknown): never {
  if (!(error instanceof HandshakeError)) {
    throw error;
  }
  const { code, message, cause } = error;
  if (cause instanceof Error) {
    throw new Rejection(lacksCertificate(cause) ? 'no-certificate' : code, reasonOf(cause), cause);
  }
  throw new Rejection(code, message);
}

function serverContext(
  { pair, trust }: CredentialVersion,
  { minVersion, cipherSuites }: TlsAcceptorOptions,
): SecureContext {
  return createSecureContext({
    cert: pair.certificatePem,
    key: pair.keyPem,
    ca: trust.pem,
    ...acceptsPartialChains,
    minVersion,
    ciphers: cipherList(cipherSuites),
    // No tickets: a resumed session would be authorized by a certificate that was verified earlier.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
    // In TLS 1.2 OpenSSL rejects a client whose key is on a curve that is not named here.
    ecdhCurve: 'X25519:P-256:P-384:P-521',
  });
}
