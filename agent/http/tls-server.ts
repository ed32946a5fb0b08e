import { constants } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Certificate } from '../../credentials/certificate.js';
import { attempted, CredentialError, notLoaded, unlessError } from '../../credentials/error.js';
import { cipherList } from '../../credentials/go-tls-names.js';
import { keyPairOf } from '../../credentials/key-pair.js';
import { acceptsPartialChains } from '../../credentials/partial-chains.js';
import { peerCertificate } from '../../credentials/peer-certificate.js';
import { areSame, CredentialRepository, contentsOf, type FileState } from '../../credentials/repository.js';
import { acceptTls, HandshakeError } from '../../credentials/server-handshake.js';
import { trustBundleOf } from '../../credentials/trust-bundle.js';
import { OperatorError } from '../config/error.js';
import { handshakeTimeout, serverOptions } from './limits.js';
import { asksForCertificates, type WebTls } from './web-config.js';

export interface TlsServerOptions {
  /** The settings in force; read at each new connection. */
  readonly settings: () => WebTls;
  /** Files that cannot be used; called once for one state of them. */
  readonly onProblem: (problem: CredentialError) => void;
  /** One connection was closed by a defect of this server. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * An HTTPS server that reads settings, certificate, key and client CA again at each new connection; if reloading fails,
 * the last valid ones stay in use. Throws OperatorError when they are unusable at the start.
 */
export function createTlsServer(options: TlsServerOptions, listener: RequestListener): Server {
  const inForce = new TlsInForce(options);
  const server = createServer(serverOptions, listener);
  // In place of Node's handshake, after which the server goes on as usual.
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    accepted(socket, inForce)
      .then((secure) => secure !== undefined && server.emit('secureConnection', secure))
      .catch((error: unknown) => {
        // A client whose handshake failed, or which is gone; anything else is a defect, which must end nothing else.
        if (!(error instanceof HandshakeError)) {
          options.onFailure(error);
        }
        socket.destroy();
      });
  });
  return server;
}

/** Undefined for a client that the settings in force reject. Rejects with HandshakeError. */
async function accepted(socket: Duplex, inForce: TlsInForce): Promise<TLSSocket | undefined> {
  const { tls, secureContext } = inForce.current();
  const requestCert = asksForCertificates(tls);
  const asked = { secureContext, requestCert, requireCert: false, alpn: ['http/1.1'], timeout: handshakeTimeout };
  const { secure, verifyError } = await acceptTls(socket, asked);
  if (isAccepted(tls, peerCertificate(secure), verifyError === undefined)) {
    return secure;
  }
  secure.destroy();
  return undefined;
}

interface InForce {
  readonly tls: WebTls;
  readonly secureContext: SecureContext;
}

/** Settings and files as they were last valid. */
class TlsInForce {
  readonly #options: TlsServerOptions;
  readonly #repository = new CredentialRepository();
  #inForce: InForce;
  #read: { readonly tls: WebTls; readonly files: TlsFiles };
  #reported: string | undefined;

  /** Throws OperatorError when the files are unusable. */
  constructor(options: TlsServerOptions) {
    this.#options = options;
    const tls = options.settings();
    const files = filesOf(tls, this.#repository);
    this.#read = { tls, files };
    const secureContext = attempted(() => contextOf(tls, files));
    if (secureContext instanceof CredentialError) {
      throw new OperatorError('web_credentials', secureContext.message, secureContext.hint, secureContext);
    }
    this.#inForce = { tls, secureContext };
  }

  /** Reads settings and files again. */
  current(): InForce {
    const tls = this.#options.settings();
    const files = filesOf(tls, this.#repository);
    if (isDeepStrictEqual(tls, this.#read.tls) && areSame(files, this.#read.files)) {
      return this.#inForce;
    }
    this.#read = { tls, files };
    const secureContext = attempted(() => contextOf(tls, files));
    if (secureContext instanceof CredentialError) {
      this.#report(secureContext, JSON.stringify([tls, contentsOf(files)]));
    } else {
      this.#inForce = { tls, secureContext };
      this.#reported = undefined;
    }
    return this.#inForce;
  }

  #report(problem: CredentialError, state: string): void {
    if (state !== this.#reported) {
      this.#reported = state;
      this.#options.onProblem(problem);
    }
  }
}

type TlsFiles = {
  readonly cert: FileState;
  readonly key: FileState;
  readonly clientCa: FileState | undefined;
};

function filesOf({ cert, key, clientCa }: WebTls, repository: CredentialRepository): TlsFiles {
  return {
    cert: repository.state(cert),
    key: repository.state(key),
    clientCa: clientCa === undefined ? undefined : repository.state(clientCa),
  };
}

/** Throws CredentialError, also for files that parse and that OpenSSL does not load. */
function contextOf(tls: WebTls, { cert, key, clientCa }: TlsFiles): SecureContext {
  const { certificatePem, keyPem } = keyPairOf(unlessError(cert), unlessError(key));
  const options = {
    cert: certificatePem,
    key: keyPem,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    // A resumed session would be accepted without verification of its certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(clientCa === undefined ? {} : { ca: trustBundleOf(unlessError(clientCa)).pem, ...acceptsPartialChains }),
    ciphers: cipherList(tls.ciphers),
    ...(tls.curves.length === 0 ? {} : { ecdhCurve: tls.curves.join(':') }),
  };
  try {
    return createSecureContext(options);
  } catch (error: unknown) {
    throw notLoaded(tls.cert, error);
  }
}

function isAccepted(
  { clientAuth, allowedSans }: WebTls,
  certificate: Certificate | undefined,
  verified: boolean,
): boolean {
  // Without a certificate a client has none of the names, also where a certificate is optional.
  const hasName = allowedSans === undefined || (certificate !== undefined && hasAllowedSan(certificate, allowedSans));
  switch (clientAuth) {
    case 'NoClientCert':
      return true;
    case 'RequestClientCert':
      return hasName;
    case 'RequireAnyClientCert':
    case 'RequireClientCert':
      return certificate !== undefined && hasName;
    case 'VerifyClientCertIfGiven':
      return (certificate === undefined || verified) && hasName;
    case 'RequireAndVerifyClientCert':
      return certificate !== undefined && verified && hasName;
  }
}

/** Whether a DNS name, IP address, e-mail address or URI equals an entry, as Prometheus compares them. */
function hasAllowedSan(certificate: Certificate, allowed: readonly string[]): boolean {
  const { dns, ip, uri, email } = certificate.subjectAltNames;
  return [...dns, ...ip, ...uri, ...email].some((name) => allowed.includes(name));
}
