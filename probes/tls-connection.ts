import { isIP, connect as netConnect } from 'node:net';
import { type DetailedPeerCertificate, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { Certificate } from '../credentials/certificate.js';
import { peerChain } from '../credentials/peer-certificate.js';
import { lookup } from './lookup.js';
import type { Identity, ProbeTarget } from './prober.js';

/** What is learnt of a connection while it is made; filled in as it goes, so that a failure still tells it. */
export interface TlsConnection {
  readonly socket: TLSSocket;
  /** Resolves after the handshake, rejects with the first error; never hangs once the socket is destroyed. */
  readonly handshake: Promise<void>;
  /** The first error of the socket, also when it comes after the handshake, as refusals in TLS 1.3 do. */
  firstError(): Error | undefined;
  destroy(): void;
}

export interface HandshakeInfo {
  peerChain: readonly Certificate[];
  peerProblem: string | undefined;
  peerProblemKind: 'certificate' | 'name' | undefined;
  tlsVersion: string | undefined;
  cipher: string | undefined;
  alpn: string | undefined;
  connect: number | undefined;
  handshake: number | undefined;
}

/**
 * Opens one fresh TLS connection: no session is offered, and the ClientHello leaves in the same tick as the TCP
 * connect, because a TiKV status port waits for one connection at a time. The server is judged by us after the
 * handshake, so that its chain is known also when it is bad.
 */
export function openTls(target: ProbeTarget, identity: Identity, start: number, seen: HandshakeInfo): TlsConnection {
  if (identity.secureContext === undefined) {
    throw new TypeError(`identity ${identity.name} has no TLS context`);
  }
  const name = target.serverName ?? target.host;
  const tcp = netConnect({ host: target.host, port: target.port, noDelay: true, lookup });
  let verified: DetailedPeerCertificate | undefined;
  const socket = tlsConnect({
    socket: tcp,
    secureContext: identity.secureContext,
    // SNI takes no IP address (RFC 6066).
    servername: isIP(name) === 0 ? name : '',
    ALPNProtocols: [...target.alpn],
    rejectUnauthorized: false,
    // Called with a chain that verified: to ask for it once more would cost a tenth of the probe.
    checkServerIdentity: (_name, chain) => {
      verified = chain as DetailedPeerCertificate;
      return undefined;
    },
  });
  let firstError: Error | undefined;
  const handshake = new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      firstError ??= error;
      reject(firstError);
    };
    tcp.once('connect', () => {
      seen.connect = (performance.now() - start) / 1000;
    });
    tcp.on('error', fail);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('closed')));
    socket.once('secureConnect', () => {
      describe(socket, verified, name, seen);
      seen.handshake = (performance.now() - start) / 1000;
      resolve();
    });
  });
  // Who awaits it later still gets the rejection; unawaited it is no fault of the process.
  handshake.catch(() => undefined);
  return {
    socket,
    handshake,
    firstError: () => firstError,
    destroy: () => {
      socket.destroy();
      tcp.destroy();
    },
  };
}

export function emptyHandshakeInfo(): HandshakeInfo {
  return {
    peerChain: [],
    peerProblem: undefined,
    peerProblemKind: undefined,
    tlsVersion: undefined,
    cipher: undefined,
    alpn: undefined,
    connect: undefined,
    handshake: undefined,
  };
}

function describe(
  socket: TLSSocket,
  sent: DetailedPeerCertificate | undefined,
  name: string,
  seen: HandshakeInfo,
): void {
  seen.tlsVersion = socket.getProtocol() ?? undefined;
  seen.cipher = socket.getCipher().name;
  seen.alpn = socket.alpnProtocol || undefined;
  seen.peerChain = peerChain(socket, sent);
  const [leaf] = seen.peerChain;
  // The types say Error; at run time it is the verify code's name.
  const code: unknown = socket.authorizationError;
  if (code !== undefined && code !== null) {
    seen.peerProblem = String(code);
    seen.peerProblemKind = 'certificate';
  } else if (leaf === undefined || !leaf.coversHost(name)) {
    // Node's own check takes a Common Name where there are no SANs, which no component does.
    seen.peerProblem = 'ERR_TLS_CERT_ALTNAME_INVALID';
    seen.peerProblemKind = 'name';
  }
}
