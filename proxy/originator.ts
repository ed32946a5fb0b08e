import { isIP, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { CredentialStore } from '../credentials/credential-store.js';
import { peerCertificate, serverIdentityProblem } from '../credentials/peer-certificate.js';
import { type AccessRules, matchedRule } from './access.js';
import { TargetError } from './targets.js';

export interface OriginateOptions {
  readonly store: CredentialStore;
  readonly serverName: string;
  /** What the server's certificate must hold besides its name; `all` asks for nothing more. */
  readonly verify: AccessRules;
  readonly alpn: readonly string[];
  readonly timeout: number;
}

/** Mutual TLS over a connection to the target, with the pair on disk now. Rejects with TargetError. */
export function originate(
  tcp: Socket,
  { store, serverName, verify, alpn, timeout }: OriginateOptions,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
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
    const fail = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      tcp.destroy();
      reject(new TargetError('target-rejected', message, cause));
    };
    const failed = (error: Error) => fail('code' in error ? String(error.code) : error.message, error);
    const timer = setTimeout(() => fail(`no TLS handshake within ${timeout} ms`), timeout);
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      const server = peerCertificate(socket);
      if (server === undefined || matchedRule(verify, server) === undefined) {
        fail('the server is none of those that verify-cn and verify-san name');
        return;
      }
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
