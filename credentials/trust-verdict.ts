import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { duplexPair } from './duplex-pair.js';

/** The side of a handshake on which a pair is used. TiDB components use one pair for both. */
export type Role = 'client' | 'server';

/** OpenSSL's own judgement of a pair under a trust bundle, in one role. */
export interface TrustVerdict {
  readonly role: Role;
  readonly trusted: boolean;
  /** OpenSSL's verify code, such as `CERT_HAS_EXPIRED`; undefined when trusted. */
  readonly code: string | undefined;
  /** True when it verifies only with a partial chain: Go and gRPC C-core accept that, OpenSSL's default does not. */
  readonly partialChainOnly: boolean;
}

interface Pair {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * Judges a pair by a TLS handshake between two in-memory sockets: the pair on one side, the bundle on the other.
 * Names are not looked at (see names.ts). Costs 3 to 5 ms. Rejects only when the pair cannot be loaded at all.
 */
export async function judge(pair: Pair, bundlePem: string, role: Role): Promise<TrustVerdict> {
  const strict = await verifyCode(pair, bundlePem, role, false);
  if (strict === undefined) {
    return { role, trusted: true, code: undefined, partialChainOnly: false };
  }
  const partial = await verifyCode(pair, bundlePem, role, true);
  return partial === undefined
    ? { role, trusted: true, code: strict, partialChainOnly: true }
    : { role, trusted: false, code: partial, partialChainOnly: false };
}

function verifyCode(pair: Pair, ca: string, role: Role, allowPartialTrustChain: boolean): Promise<string | undefined> {
  const holder = createSecureContext({ cert: pair.certificatePem, key: pair.keyPem });
  const verifier = createSecureContext({ ca, allowPartialTrustChain });
  const [near, far] = duplexPair();
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      client.destroy();
      server.destroy();
      settle();
    };
    const verdict = (socket: TLSSocket) => {
      // The types say Error; at run time it is the verify code's name.
      const code: unknown = socket.authorizationError;
      finish(() => resolve(code === undefined || code === null ? undefined : String(code)));
    };
    const server = new TLSSocket(far, {
      isServer: true,
      requestCert: role === 'client',
      rejectUnauthorized: false,
      // A server socket verifies with the store of the context it was given by name.
      secureContext: role === 'client' ? verifier : holder,
      ...(role === 'client'
        ? {
            SNICallback: (_name: string, done: (error: Error | null, context?: typeof verifier) => void) =>
              done(null, verifier),
          }
        : {}),
    });
    const client = connect({
      socket: near,
      servername: 'localhost',
      rejectUnauthorized: false,
      secureContext: role === 'client' ? holder : verifier,
      checkServerIdentity: () => undefined,
      // With TLS 1.2 both sides have judged when the handshake ends.
      maxVersion: 'TLSv1.2',
    });
    client.on('error', (error) => finish(() => reject(error)));
    server.on('error', (error: Error) => finish(() => reject(error)));
    if (role === 'client') {
      server.on('secure', () => verdict(server));
    } else {
      client.on('secureConnect', () => verdict(client));
    }
  });
}
