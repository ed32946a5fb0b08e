import type { Duplex } from 'node:stream';
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { errorCode, errorMessage } from '../error-text.js';
import { certificateOf } from '../known-certificates.js';
import { peerChain } from '../peer-certificate.js';
import { derOf } from '../read-certificate.js';
import { acceptTls } from '../server-handshake.js';
import { duplexPair } from './duplex-pair.js';
import type { VerificationRequest, VerificationResult, VerifierName } from './verifier.js';

export interface HandshakeSettings {
  readonly verifier: VerifierName;
  /** Whether a chain may end at an intermediate of the CA file. */
  readonly partialChain: boolean;
  /** OpenSSL's security level: 1 takes RSA keys from 1024 bits on, 2 from 2048. Its default depends on the build. */
  readonly securityLevel: 1 | 2;
}

/**
 * OpenSSL's own result, by a TLS handshake between two in-memory sockets: the certificate and key on one side, the CA
 * file on the other. 3 to 5 ms. Names are not verified, and the time is that of the system.
 */
export async function verifyByHandshake(
  request: VerificationRequest,
  settings: HandshakeSettings,
): Promise<VerificationResult> {
  const { ca, shown, role } = request;
  const { verifier } = settings;
  const failed = (step: VerificationResult['step'], error: unknown): VerificationResult => {
    return { verifier, role, trusted: false, step, ...inWords(error), chains: [] };
  };
  if ('chain' in shown) {
    const message = 'not verified: the private key is not here';
    return { verifier, role, trusted: undefined, step: undefined, code: undefined, message, chains: [] };
  }
  const curve = rareCurve(shown.cert);
  if (curve !== undefined) {
    const message = `not verified: whether OpenSSL uses a key on the curve ${curve} in TLS depends on its release`;
    return { verifier, role, trusted: undefined, step: undefined, code: undefined, message, chains: [] };
  }
  const ciphers = `DEFAULT@SECLEVEL=${settings.securityLevel}`;
  let holder: SecureContext;
  try {
    const { cert, key, received = false } = shown;
    // Another process has loaded it, whatever the strength of its key.
    holder = createSecureContext({ cert, key, ciphers: received ? 'DEFAULT@SECLEVEL=0' : ciphers });
  } catch (error: unknown) {
    return failed('pair', error);
  }
  try {
    // A CA file that begins with an unreadable block has no certificate for OpenSSL. Node would report no error.
    derOf(ca);
  } catch (error: unknown) {
    return failed('ca', error);
  }
  try {
    // In the client role the verifier is a server and has to show some certificate, which is not verified.
    const own = role === 'client' ? shown : {};
    const allowPartialTrustChain = settings.partialChain;
    const context = createSecureContext({ ca, allowPartialTrustChain, ciphers, ...own });
    const [near, far] = duplexPair();
    const ask = role === 'client' ? askServer : askClient;
    const chains = await ask(near, far, holder, context);
    return { verifier, role, trusted: true, step: undefined, code: undefined, message: undefined, chains };
  } catch (error: unknown) {
    return failed('peer', error);
  }
}

/** The curve of the certificate's key, where TLS 1.3 as RFC 8446 has it does not know the curve; Node's releases differ in it. */
function rareCurve(cert: Buffer): string | undefined {
  try {
    const [, curve] = /^EC (?!P-(?:256|384|521)$)(.+)$/.exec(certificateOf(derOf(cert)).publicKey) ?? [];
    return curve;
  } catch {
    // What holds no certificate fails when it is loaded, in OpenSSL's words.
    return undefined;
  }
}

/** Milliseconds for a handshake that no network delays. */
const handshakeTimeout = 60_000;

/** One wording for both roles: the name of OpenSSL's code, or its text where Node has no name for it. */
function inWords(error: unknown): Pick<VerificationResult, 'code' | 'message'> {
  const code = errorCode(error);
  return {
    code: code || undefined,
    message: /^(?!ERR_|UNSPECIFIED)\w/.test(code) ? code : reasonIn(errorMessage(error)),
  };
}

/** The reason in OpenSSL's error line: that names a thread and a place in its source, and ends with a line break. */
function reasonIn(text: string): string {
  const [, reason] = /^[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(text) ?? [];
  return reason ?? text.trim();
}

/** The chain that OpenSSL built; Node tells a client alone. */
type Chains = VerificationResult['chains'];

/** The certificate is the client's; a server verifies it. */
function askServer(near: Duplex, far: Duplex, holder: SecureContext, verifier: SecureContext) {
  return settle(near, far, (resolve, reject) => {
    const asked = { secureContext: verifier, requestCert: true, requireCert: false, timeout: handshakeTimeout };
    acceptTls(far, asked).then(
      ({ verifyError }) => (verifyError === undefined ? resolve([]) : reject(verifyError)),
      (error: Error) => reject(error.cause instanceof Error ? error.cause : error),
    );
    open(near, holder, false).on('error', reject);
  });
}

/** The certificate is the server's; a client verifies it. */
function askClient(near: Duplex, far: Duplex, holder: SecureContext, verifier: SecureContext) {
  return settle(near, far, (resolve, reject) => {
    const server = new TLSSocket(far, { isServer: true, secureContext: holder });
    server.on('error', reject);
    const client = open(near, verifier, true);
    // OpenSSL's code and words, where it does not accept.
    client.on('error', reject);
    client.on('secureConnect', () => resolve([peerChain(client).map(({ fingerprint }) => fingerprint)]));
  });
}

function open(socket: Duplex, secureContext: SecureContext, rejectUnauthorized: boolean): TLSSocket {
  return connect({
    socket,
    servername: 'localhost',
    rejectUnauthorized,
    secureContext,
    checkServerIdentity: () => undefined,
    // With TLS 1.2 both sides have verified when the handshake is complete.
    maxVersion: 'TLSv1.2',
  });
}

function settle(
  near: Duplex,
  far: Duplex,
  start: (resolve: (chains: Chains) => void, reject: (error: Error) => void) => void,
) {
  return new Promise<Chains>(start).finally(() => {
    // A tick later: the code is given from inside a callback of the handshake.
    setImmediate(() => {
      near.destroy();
      far.destroy();
    });
  });
}
