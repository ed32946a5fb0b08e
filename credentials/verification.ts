import type { Duplex } from 'node:stream';
import { connect, createSecureContext, createServer, type SecureContext, TLSSocket } from 'node:tls';
import { duplexPair } from './duplex-pair.js';

/** The side of a handshake on which a pair is used. TiDB components use one pair for both. */
export type Role = 'client' | 'server';

/** OpenSSL's own judgement of a pair under a trust bundle, in one role. */
export interface VerificationResult {
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
export async function evaluate(pair: Pair, bundlePem: string, role: Role): Promise<VerificationResult> {
  const strict = await verifyCode(pair, bundlePem, role, false);
  if (strict === undefined) {
    return { role, trusted: true, code: undefined, partialChainOnly: false };
  }
  const partial = await verifyCode(pair, bundlePem, role, true);
  return partial === undefined
    ? { role, trusted: true, code: strict, partialChainOnly: true }
    : { role, trusted: false, code: partial, partialChainOnly: false };
}

/** The pair as client, then as server. */
export async function verifyBothRoles(pair: Pair, bundlePem: string): Promise<readonly VerificationResult[]> {
  return [await evaluate(pair, bundlePem, 'client'), await evaluate(pair, bundlePem, 'server')];
}

function verifyCode(pair: Pair, ca: string, role: Role, allowPartialTrustChain: boolean): Promise<string | undefined> {
  const holder = createSecureContext({ cert: pair.certificatePem, key: pair.keyPem });
  // In the client role the verifier is a server and has to show some certificate; nobody judges that one.
  const shown = role === 'client' ? { cert: pair.certificatePem, key: pair.keyPem } : {};
  const verifier = createSecureContext({ ca, allowPartialTrustChain, ...shown });
  const [near, far] = duplexPair();
  return role === 'client'
    ? askServer(near, far, holder, { ...pair, ca }, verifier)
    : askClient(near, far, holder, verifier);
}

type Code = string | undefined;

/** The pair is the client's; a server verifies it. Its context goes in by SNI, the only way for a partial chain in Node 20. */
function askServer(
  near: Duplex,
  far: Duplex,
  holder: SecureContext,
  agent: Pair & { ca: string },
  verifier: SecureContext,
) {
  return settle(near, far, (resolve, reject) => {
    const server = createServer({
      ca: agent.ca,
      cert: agent.certificatePem,
      key: agent.keyPem,
      requestCert: true,
      rejectUnauthorized: false,
      SNICallback: (_name, done) => done(null, verifier),
    });
    server.on('secureConnection', (socket) => resolve(codeOf(socket)));
    server.on('tlsClientError', reject);
    server.emit('connection', far);
    open(near, holder).on('error', reject);
  });
}

/** The pair is the server's; a client verifies it. */
function askClient(near: Duplex, far: Duplex, holder: SecureContext, verifier: SecureContext) {
  return settle(near, far, (resolve, reject) => {
    const server = new TLSSocket(far, { isServer: true, secureContext: holder });
    server.on('error', reject);
    const client = open(near, verifier);
    client.on('error', reject);
    client.on('secureConnect', () => resolve(codeOf(client)));
  });
}

function open(socket: Duplex, secureContext: SecureContext): TLSSocket {
  return connect({
    socket,
    servername: 'localhost',
    rejectUnauthorized: false,
    secureContext,
    checkServerIdentity: () => undefined,
    // With TLS 1.2 both sides have judged when the handshake ends.
    maxVersion: 'TLSv1.2',
  });
}

function settle(
  near: Duplex,
  far: Duplex,
  start: (resolve: (code: Code) => void, reject: (error: Error) => void) => void,
) {
  return new Promise<Code>(start).finally(() => {
    // A tick later: the verdict is given from inside a callback of the handshake.
    setImmediate(() => {
      near.destroy();
      far.destroy();
    });
  });
}

function codeOf(socket: TLSSocket): Code {
  // The types say Error; at run time it is the verify code's name, or null.
  const code: unknown = socket.authorizationError;
  return code === undefined || code === null ? undefined : String(code);
}
