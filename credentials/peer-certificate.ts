import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/**
 * The leaf that the peer presented, in DER; undefined without one. `getPeerX509Certificate` would hand it over parsed, and
 * leaves some 5 kB behind at every call, whatever is collected.
 */
export function peerCertificateDer(socket: TLSSocket): Buffer | undefined {
  // Empty without a certificate, null once the connection is gone; the types know neither.
  const peer: { readonly raw?: Buffer } | null = socket.getPeerCertificate();
  return peer?.raw;
}

/** As `peerCertificateDer`, parsed. */
export function peerCertificate(socket: TLSSocket): X509Certificate | undefined {
  const der = peerCertificateDer(socket);
  return der === undefined ? undefined : new X509Certificate(der);
}
