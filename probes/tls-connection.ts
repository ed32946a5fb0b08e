import { isIP, connect as netConnect } from 'node:net';
import { type DetailedPeerCertificate, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { Certificate } from '../credentials/certificate.js';
import { peerChain } from '../credentials/peer-certificate.js';
import { servedChainProblem } from '../credentials/served-chain.js';
import { lookup } from './lookup.js';
import type { Identity, ProbeTarget } from './prober.js';

export interface TlsConnection {
  readonly socket: TLSSocket;
  /** Resolves after the handshake; rejects with the first error, or when the socket is closed before. */
  readonly handshake: Promise<void>;
  /** The first error of the socket, also after the handshake: in TLS 1.3 the server's rejection comes then. */
  firstError(): Error | undefined;
  destroy(): void;
}

/** What the handshake shows. Filled in step by step, so that it is known when a later step fails. */
export interface HandshakeInfo {
  peerChain: readonly Certificate[];
  peerProblem: string | undefined;
  peerProblemKind: 'certificate' | 'name' | undefined;
  tlsVersion: string | undefined;
  cipher: string | undefined;
  alpn: string | undefined;
  /** The address of this side, undefined before the TCP connection. */
  source: string | undefined;
  connect: number | undefined;
  handshake: number | undefined;
}

/**
 * Opens one fresh TLS connection without offering a session. The ClientHello is sent with the TCP connect, because a
 * TiKV status port serves one connection at a time. The server is verified after the handshake, so that its chain is
 * known even when it is not trusted. `start` is the `performance.now()` that durations count from.
 */
export function openTls(target: ProbeTarget, identity: Identity, start: number, info: HandshakeInfo): TlsConnection {
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
    // Called with a chain that verified. Reading it once more would take a tenth of the probe.
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
      info.connect = (performance.now() - start) / 1000;
      info.source = tcp.localAddress;
    });
    tcp.on('error', fail);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('closed')));
    socket.once('secureConnect', () => {
      // The first question of a verifier takes longer than a handshake.
      info.handshake = (performance.now() - start) / 1000;
      try {
        describeHandshake(socket, verified, name, identity, info);
        resolve();
      } catch (error: unknown) {
        // Thrown to the socket it would end the process.
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
  // Whoever awaits it still gets the rejection; without an awaiter it must not end the process.
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
    source: undefined,
    connect: undefined,
    handshake: undefined,
  };
}

function describeHandshake(
  socket: TLSSocket,
  sent: DetailedPeerCertificate | undefined,
  name: string,
  { trust, verifiesServer }: Identity,
  info: HandshakeInfo,
): void {
  info.tlsVersion = socket.getProtocol() ?? undefined;
  info.cipher = socket.getCipher().name;
  info.alpn = socket.alpnProtocol || undefined;
  info.peerChain = peerChain(socket, sent);
  const [leaf] = info.peerChain;
  // The type is Error; at run time it is the name of the verify code.
  const error: unknown = socket.authorizationError;
  const code = error === undefined || error === null ? undefined : String(error);
  const asked = trust !== undefined && verifiesServer !== false && leaf !== undefined;
  const problem = asked ? servedChainProblem(info.peerChain, code, trust, new Date()) : code;
  if (problem !== undefined) {
    info.peerProblem = problem;
    info.peerProblemKind = 'certificate';
  } else if (leaf === undefined || !leaf.coversHost(name)) {
    // Node's own check accepts a Common Name where there are no SANs; no component does.
    info.peerProblem = 'ERR_TLS_CERT_ALTNAME_INVALID';
    info.peerProblemKind = 'name';
  }
}
