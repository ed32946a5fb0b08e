import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { peerCertificate } from '../credentials/peer-certificate.js';
import type { MatchedRule } from './access.js';
import { type Endpoint, encodeProxyHeader } from './proxy-protocol.js';

/** The PROXY header for an authorized client. Throws RangeError where a name makes the header too long. */
export function clientHeader(client: Socket, source: Endpoint, matched: MatchedRule | undefined): Buffer {
  const destination = { host: client.localAddress ?? '', port: client.localPort ?? 0 };
  if (!(client instanceof TLSSocket)) {
    return encodeProxyHeader({ source, destination });
  }
  // A certificate may have several Common Names: the one that the list has is the one that the target may rely on.
  const commonName = matched?.kind === 'cn' ? matched.name : peerCertificate(client)?.commonNames.at(-1);
  const authorizedBy = matched?.name === undefined ? undefined : `${matched.kind}:${matched.name}`;
  // OpenSSL verified every client that comes this far. `authorized` would be false: only a tls.Server sets it.
  const tls = { version: client.getProtocol() ?? '', commonName, authorizedBy, verified: true };
  return encodeProxyHeader({ source, destination, tls });
}
