import { isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { CredentialStore } from '../credentials/credential-store.js';
import { errorCode } from '../credentials/error-text.js';
import { peerCertificate, serverIdentityProblem } from '../credentials/peer-certificate.js';
import { type AccessRules, matchedRule } from './access.js';
import { isAlert } from './openssl-error.js';
import { Rejection, type RejectionReason } from './rejection.js';

export interface TargetTlsOptions {
  readonly store: CredentialStore;
  /** The name or IP address that the target's certificate must be for. */
  readonly serverName: string;
  /** What the target's certificate must contain besides its name; `all` asks for nothing more. */
  readonly verify: AccessRules;
  readonly alpn: readonly string[];
  /** Milliseconds for the handshake. */
  readonly timeout: number;
}

/** Mutual TLS over a connection to the target, with the credential version current now. Rejects with Rejection. */
export async function startTargetTls(tcp: Socket, options: TargetTlsOptions): Promise<TLSSocket> {
  const { store, serverName, verify, alpn, timeout } = options;
  // A stream's option, which the types of tls.connect leave out.
  const halfOpen = { allowHalfOpen: true };
  const socket = tlsConnect({
    ...halfOpen,
    socket: tcp,
    secureContext: store.current().secureContext,
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    servername: isIP(serverName) === 0 ? serverName : '',
    checkServerIdentity: (_name, certificate) => serverIdentityProblem(serverName, certificate),
  });
  try {
    await handshake(socket, timeout);
    const certificate = peerCertificate(socket);
    if (certificate === undefined || matchedRule(verify, certificate) === undefined) {
      throw new Rejection(
        'target-handshake-failed',
        "the target's certificate matches neither verify-cn nor verify-san",
      );
    }
    return socket;
  } catch (error: unknown) {
    socket.destroy();
    tcp.destroy();
    throw error;
  }
}

function handshake(socket: TLSSocket, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: RejectionReason, message: string, cause?: unknown) => {
      clearTimeout(timer);
      reject(new Rejection(reason, `TLS handshake with the target: ${message}`, cause));
    };
    const timer = setTimeout(() => fail('target-handshake-failed', `not complete within ${timeout} ms`), timeout);
    // Stays: an error after the handshake destroys the socket, and whoever uses it hears `close`.
    socket.on('error', (error) => {
      fail(isAlert(error) ? 'target-rejected' : 'target-handshake-failed', errorCode(error) || error.message, error);
    });
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
