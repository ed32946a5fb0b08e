import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { peerCertificate } from '../credentials/peer-certificate.js';
import { type Endpoint, encodeProxyHeader } from './proxy-protocol.js';

/** The PROXY header for a client that was let in. Throws RangeError where its name makes the header too long. */
export function headerFor(near: Socket, source: Endpoint): Buffer {
  const destination = { host: near.localAddress ?? '', port: near.localPort ?? 0 };
  if (!(near instanceof TLSSocket)) {
    return encodeProxyHeader({ source, destination });
  }
  const commonName = peerCertificate(near)?.commonNames.at(-1);
  // Nobody is let in whom OpenSSL did not verify. `authorized` is not to be asked: only a tls.Server sets it.
  const tls = { version: near.getProtocol() ?? '', commonName, verified: true };
  return encodeProxyHeader({ source, destination, tls });
}
