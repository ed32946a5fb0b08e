import type { DetailedPeerCertificate } from 'node:tls';
import type { Certificate } from './certificate.js';
import { certificateOf } from './known-certificates.js';

/** Longer chains are no chains. */
const longestChain = 16;

/**
 * What the peer sent, leaf first, completed by what OpenSSL found in our bundle; empty before the handshake. `sent` is
 * `getPeerCertificate(true)`, which costs enough to be asked for once.
 */
export function describePeerChain(sent: DetailedPeerCertificate): readonly Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<string>();
  let peer: DetailedPeerCertificate | undefined = sent;
  while (peer?.raw !== undefined && !seen.has(peer.fingerprint256) && chain.length < longestChain) {
    seen.add(peer.fingerprint256);
    chain.push(certificateOf(peer.raw));
    peer = peer.issuerCertificate;
  }
  return chain;
}
