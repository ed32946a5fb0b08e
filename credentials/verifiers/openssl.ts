import type { Duplex } from 'node:stream';
import { connect, createSecureContext, createServer, type SecureContext, TLSSocket } from 'node:tls';
import { duplexPair } from './duplex-pair.js';
import type { VerificationRequest, VerificationResult } from './verifier.js';

/**
 * OpenSSL's own result, by a TLS handshake between two in-memory sockets: the certificate and key on one side, the CA
 * file on the other. Costs 3 to 5 ms. Names are not verified, and the time is that of the system.
 */
export async function verifyByOpenssl(request: VerificationRequest): Promise<VerificationResult> {
  const { role } = request;
  const strict = await verifyCode(request, false);
  if (strict === undefined) {
    return { role, trusted: true, code: undefined, partialChainOnly: false };
  }
  const partial = await verifyCode(request, true);
  return partial === undefined
    ? { role, trusted: true, code: strict, partialChainOnly: true }
    : { role, trusted: false, code: partial, partialChainOnly: false };
}

type Code = string | undefined;

function verifyCode(request: VerificationRequest, allowPartialTrustChain: boolean): Promise<Code> {
  const { chain: cert, key, bundle: ca, role } = request;
  const holder = createSecureContext({ cert, key });
  // In the client role the verifier is a server and has to show some certificate, which is not verified.
  const shown = role === 'client' ? { cert, key } : {};
  const verifier = createSecureContext({ ca, allowPartialTrustChain, ...shown });
  const [near, far] = duplexPair();
  return role === 'client' ? askServer(near, far, holder, request, verifier) : askClient(near, far, holder, verifier);
}

/** The certificate is the client's; a server verifies it. Its context goes in by SNI, the only way for a partial chain in Node 20. */
function askServer(
  near: Duplex,
  far: Duplex,
  holder: SecureContext,
  { chain: cert, key, bundle: ca }: VerificationRequest,
  verifier: SecureContext,
) {
  return settle(near, far, (resolve, reject) => {
    const server = createServer({
      ca,
      cert,
      key,
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

/** The certificate is the server's; a client verifies it. */
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
    // With TLS 1.2 both sides have verified when the handshake is complete.
    maxVersion: 'TLSv1.2',
  });
}

function settle(
  near: Duplex,
  far: Duplex,
  start: (resolve: (code: Code) => void, reject: (error: Error) => void) => void,
) {
  return new Promise<Code>(start).finally(() => {
    // A tick later: the code is given from inside a callback of the handshake.
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
