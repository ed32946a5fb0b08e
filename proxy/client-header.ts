import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { peerCertificate } from '../credentials/peer-certificate.js';
import { type Endpoint, encodeProxyHeader } from './proxy-protocol.js';

/** The PROXY header for an authorized client. Throws RangeError where its Common Name makes the header too long. */
export function clientHeader(client: Socket, source: Endpoint): Buffer {
  const destination = { host: client.localAddress ?? '', port: client.localPort ?? 0 };
  if (!(client instanceof TLSSocket)) {
    return encodeProxyHeader({ source, destination });
  }
  const commonName = peerCertificate(client)?.commonNames.at(-1);
  // OpenSSL verified every client that comes this far. `authorized` would be false: only a tls.Server sets it.
  const tls = { version: client.getProtocol() ?? '', commonName, verified: true };
  return encodeProxyHeader({ source, destination, tls });
}
