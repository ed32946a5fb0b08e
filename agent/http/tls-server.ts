import { constants, type X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { CredentialError } from '../../credentials/error.js';
import { fileIdentity } from '../../credentials/file.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import { peerCertificate } from '../../credentials/peer-certificate.js';
import { readTrustBundle } from '../../credentials/trust-bundle.js';
import type { WebTls } from './web-config.js';

/** An HTTPS server whose pair is looked at for every new connection; the last good one stays. Throws CredentialError. */
export function createTlsServer(tls: WebTls, listener: RequestListener): Server {
  const ca = tls.clientCa === undefined ? undefined : readTrustBundle(tls.clientCa).pem;
  const identity = () => `${fileIdentity(tls.cert)} ${fileIdentity(tls.key)}`;
  let loaded = identity();
  const required = tls.clientAuth === 'RequireAndVerifyClientCert';
  const server = createServer(
    {
      ...contextOf(tls, ca),
      maxHeaderSize: 16 * 1024,
      requestCert: tls.clientAuth !== 'NoClientCert',
      rejectUnauthorized: required,
    },
    listener,
  );
  // Runs before the handshake of the very connection.
  server.prependListener('connection', () => {
    const now = identity();
    if (now === loaded) {
      return;
    }
    try {
      server.setSecureContext(contextOf(tls, ca));
      loaded = now;
    } catch (error: unknown) {
      // A torn pair: the last good one stays, and the next connection looks again.
      if (!(error instanceof CredentialError)) {
        throw error;
      }
    }
  });
  // Runs before the first request is read.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (!isAdmitted(tls, socket)) {
      socket.destroy();
    }
  });
  return server;
}

function contextOf(tls: WebTls, ca: string | undefined): SecureContextOptions {
  const { certificatePem, keyPem } = readKeyPair(tls);
  return {
    cert: certificatePem,
    key: keyPem,
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    // A resumed session would be let in without its certificate being looked at again.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(ca === undefined ? {} : { ca }),
    ...(tls.ciphers.length === 0 ? {} : { ciphers: [...tls.ciphers, tls13Suites].join(':') }),
    ...(tls.curves.length === 0 ? {} : { ecdhCurve: tls.curves.join(':') }),
  };
}

const tls13Suites = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

function isAdmitted({ clientAuth, allowedSans }: WebTls, socket: TLSSocket): boolean {
  const certificate = peerCertificate(socket);
  switch (clientAuth) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true;
    case 'RequireAnyClientCert':
      return certificate !== undefined;
    case 'VerifyClientCertIfGiven':
      return certificate === undefined || (socket.authorized && hasAllowedSan(certificate, allowedSans));
    case 'RequireAndVerifyClientCert':
      return certificate !== undefined && hasAllowedSan(certificate, allowedSans);
  }
}

/** Exact match of any DNS name, IP or e-mail address or URI with any entry, as Prometheus compares them. */
function hasAllowedSan(certificate: X509Certificate, allowed: readonly string[]): boolean {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace(/^(?:DNS|IP Address|URI|email):/, ''));
  return allowed.length === 0 || names.some((name) => allowed.includes(name));
}
