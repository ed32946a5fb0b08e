import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/**
 * The leaf that the peer presented; undefined without one. Made from its bytes: `getPeerX509Certificate` of Node 20
 * leaves some 5 kB behind at every call, whatever is collected.
 */
export function peerCertificate(socket: TLSSocket): X509Certificate | undefined {
  // Empty without a certificate, null once the connection is gone; the types know neither.
  const peer: { readonly raw?: Buffer } | null = socket.getPeerCertificate();
  return peer?.raw === undefined ? undefined : new X509Certificate(peer.raw);
}
