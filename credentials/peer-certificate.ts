import { checkServerIdentity, type DetailedPeerCertificate, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.js';
import { certificateOf } from './known-certificates.js';

/** Certificates of a chain that are read at most; no real chain is as long. */
const longestChain = 16;

/**
 * The leaf that the peer presented, in DER; undefined without one, and where Node cannot hand it over.
 * `getPeerX509Certificate` would hand it over parsed, and leaves some 5 kB behind at every call, whatever is collected.
 */
export function peerCertificateDer(socket: TLSSocket): Buffer | undefined {
  // Empty without a certificate, null once the connection is gone; the types know neither.
  const peer: { readonly raw?: Buffer } | null | undefined = unlessThrown(() => socket.getPeerCertificate());
  return peer?.raw;
}

/** As `peerCertificateDer`, parsed; undefined also where it does not parse. */
export function peerCertificate(socket: TLSSocket): Certificate | undefined {
  const der = peerCertificateDer(socket);
  return der === undefined ? undefined : unlessThrown(() => certificateOf(der));
}

/**
 * What the peer sent, leaf first, completed by what OpenSSL found in our bundle; empty before the handshake. `sent` is
 * `getPeerCertificate(true)` where Node has handed it over already: it costs enough to be asked for once.
 */
export function peerChain(socket: TLSSocket, sent?: DetailedPeerCertificate): readonly Certificate[] {
  const chain: Certificate[] = [];
  const seen = new Set<string>();
  let peer = sent ?? unlessThrown(() => socket.getPeerCertificate(true));
  while (peer?.raw !== undefined && !seen.has(peer.fingerprint256) && chain.length < longestChain) {
    const { raw } = peer;
    const certificate = unlessThrown(() => certificateOf(raw));
    if (certificate === undefined) {
      break;
    }
    seen.add(peer.fingerprint256);
    chain.push(certificate);
    peer = peer.issuerCertificate;
  }
  return chain;
}

/** As Node's `checkServerIdentity`, which throws where the names of the certificate are malformed. */
export function serverIdentityProblem(host: string, certificate: PeerCertificate): Error | undefined {
  try {
    return checkServerIdentity(host, certificate);
  } catch (error: unknown) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Undefined where Node throws for what the peer sent. */
function unlessThrown<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
