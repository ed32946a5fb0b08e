import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { CredentialError } from '../../credentials/error.js';
import { fileIdentity } from '../../credentials/file.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import { readTrustBundle } from '../../credentials/trust-bundle.js';
import type { WebTls } from './web-config.js';

/** An HTTPS server whose pair is looked at for every new connection; the last good one stays. Throws CredentialError. */
export function createTlsServer(tls: WebTls, listener: RequestListener): Server {
  const ca = tls.clientCa === undefined ? undefined : readTrustBundle(tls.clientCa).pem;
  const identity = () => `${fileIdentity(tls.cert)} ${fileIdentity(tls.key)}`;
  const load = () => {
    const { certificatePem, keyPem } = readKeyPair(tls);
    return { cert: certificatePem, key: keyPem, minVersion: 'TLSv1.2' as const, ...(ca === undefined ? {} : { ca }) };
  };
  let loaded = identity();
  const required = tls.clientAuth === 'RequireAndVerifyClientCert';
  const server = createServer({ ...load(), requestCert: required, rejectUnauthorized: required }, listener);
  // Runs before the handshake of the very connection.
  server.prependListener('connection', () => {
    const now = identity();
    if (now === loaded) {
      return;
    }
    try {
      server.setSecureContext(load());
      loaded = now;
    } catch (error: unknown) {
      // A torn pair: the last good one stays, and the next connection looks again.
      if (!(error instanceof CredentialError)) {
        throw error;
      }
    }
  });
  return server;
}
