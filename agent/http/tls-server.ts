import { constants } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createSecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Certificate } from '../../credentials/certificate.js';
import { attempted, CredentialError, notLoaded, unlessError } from '../../credentials/error.js';
import { keyPairOf } from '../../credentials/key-pair.js';
import { acceptsPartialChains } from '../../credentials/partial-chains.js';
import { peerCertificate } from '../../credentials/peer-certificate.js';
import { areSame, CredentialRepository, contentsOf, type FileState } from '../../credentials/repository.js';
import { trustBundleOf } from '../../credentials/trust-bundle.js';
import { OperatorError } from '../config/error.js';
import { tls13Suites } from './go-tls-names.js';
import { handshakeTimeout, serverOptions } from './limits.js';
import { asksForCertificates, type WebTls } from './web-config.js';

export interface TlsServerOptions {
  /** The settings in force; read at each new connection. */
  readonly settings: () => WebTls;
  /** Files that cannot be used; called once for one state of them. */
  readonly onProblem: (problem: CredentialError) => void;
}

/**
 * An HTTPS server that reads settings, certificate, key and client CA again at each new connection; if reloading fails,
 * the last valid ones stay in use. Throws OperatorError when they are unusable at the start.
 */
export function createTlsServer(options: TlsServerOptions, listener: RequestListener): Server {
  const inForce = new TlsInForce(options);
  const first = inForce.firstContext();
  let secureContext = createSecureContext(first);
  const server = createServer(
    {
      ...serverOptions,
      ...first,
      // Node's server takes partial chains from such a context alone.
      SNICallback: (_name, done) => done(null, secureContext),
      handshakeTimeout,
      requestCert: asksForCertificates(inForce.tls),
      // Authorization is below, by the settings in force.
      rejectUnauthorized: false,
    },
    listener,
  );
  // Runs before the handshake of the connection.
  server.prependListener('connection', () => {
    const context = inForce.changedContext();
    if (context !== undefined) {
      secureContext = createSecureContext(context);
      server.setSecureContext(context);
    }
  });
  // Runs before the first request is read.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (!isAccepted(inForce.tls, socket)) {
      socket.destroy();
    }
  });
  return server;
}

/** Settings and files as they were last valid. */
class TlsInForce {
  readonly #options: TlsServerOptions;
  readonly #repository = new CredentialRepository();
  #tls: WebTls;
  #read: { readonly tls: WebTls; readonly files: TlsFiles };
  #reported: string | undefined;

  constructor(options: TlsServerOptions) {
    this.#options = options;
    this.#tls = options.settings();
    this.#read = { tls: this.#tls, files: filesOf(this.#tls, this.#repository) };
  }

  get tls(): WebTls {
    return this.#tls;
  }

  /** Throws OperatorError when the files are unusable. */
  firstContext(): SecureContextOptions {
    const context = attempted(() => contextOf(this.#read.tls, this.#read.files));
    if (context instanceof CredentialError) {
      throw new OperatorError('web_credentials', context.message, context.hint, context);
    }
    return context;
  }

  /** Undefined when settings and files did not change, or are unusable now. */
  changedContext(): SecureContextOptions | undefined {
    const tls = this.#options.settings();
    const files = filesOf(tls, this.#repository);
    if (isDeepStrictEqual(tls, this.#read.tls) && areSame(files, this.#read.files)) {
      return undefined;
    }
    this.#read = { tls, files };
    const context = attempted(() => contextOf(tls, files));
    if (context instanceof CredentialError) {
      this.#report(context, JSON.stringify([tls, contentsOf(files)]));
      return undefined;
    }
    this.#tls = tls;
    this.#reported = undefined;
    return context;
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
function contextOf(tls: WebTls, { cert, key, clientCa }: TlsFiles): SecureContextOptions {
  const { certificatePem, keyPem } = keyPairOf(unlessError(cert), unlessError(key));
  const options: SecureContextOptions = {
    cert: certificatePem,
    key: keyPem,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    // A resumed session would be accepted without verification of its certificate.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(clientCa === undefined ? {} : { ca: trustBundleOf(unlessError(clientCa)).pem, ...acceptsPartialChains }),
    ...(tls.ciphers.length === 0 ? {} : { ciphers: [...tls.ciphers, tls13Suites].join(':') }),
    ...(tls.curves.length === 0 ? {} : { ecdhCurve: tls.curves.join(':') }),
  };
  try {
    // An error of `setSecureContext` would come too late to keep the former context.
    createSecureContext(options);
  } catch (error: unknown) {
    throw notLoaded(tls.cert, error);
  }
  return options;
}

function isAccepted({ clientAuth, allowedSans }: WebTls, socket: TLSSocket): boolean {
  const certificate = peerCertificate(socket);
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
      return (certificate === undefined || socket.authorized) && hasName;
    case 'RequireAndVerifyClientCert':
      return certificate !== undefined && socket.authorized && hasName;
  }
}

/** Whether a DNS name, IP address, e-mail address or URI equals an entry, as Prometheus compares them. */
function hasAllowedSan(certificate: Certificate, allowed: readonly string[]): boolean {
  const { dns, ip, uri, email } = certificate.subjectAltNames;
  return [...dns, ...ip, ...uri, ...email].some((name) => allowed.includes(name));
}
