import { connect as netConnect } from 'node:net';
import type { Certificate } from '../credentials/certificate.js';
import { clientHello } from './client-hello.js';
import { lookup } from './lookup.js';
import { answersPlaintext } from './plaintext.js';
import { ServerMessages } from './server-messages.js';
import { unreachableDetail } from './unreachable.js';

/** The server's first messages in TLS 1.2, which it sends unencrypted to every client. */
export interface ServerHandshake {
  readonly at: Date;
  /** `read`: up to ServerHelloDone. The other outcomes say nothing about the port's clients. */
  readonly outcome: 'read' | 'unreachable' | 'timeout' | 'not-tls' | 'inconclusive';
  readonly detail: string;
  /** Whether the server sent a CertificateRequest; undefined unless `read`. */
  readonly requestsCertificate: boolean | undefined;
  /** Distinguished names of the CAs that the server holds in memory, DER in hex; empty where it sends none. */
  readonly authorities: readonly string[];
  /** Leaf first, as served. */
  readonly chain: readonly Certificate[];
}

export interface HandshakeTarget {
  readonly host: string;
  readonly port: number;
  readonly alpn: readonly string[];
}

/**
 * Sends a ClientHello of TLS 1.2 with the TCP connect, reads up to ServerHelloDone, sends close_notify and closes. The
 * handshake is not completed: no certificate is presented and no session made. Never rejects; the socket is destroyed
 * at `timeout` (milliseconds) at the latest.
 */
export async function readServerHandshake(target: HandshakeTarget, timeout: number): Promise<ServerHandshake> {
  const at = new Date();
  const messages = new ServerMessages();
  const end = await exchange(target, messages, timeout);
  if (end === 'done') {
    const { requestsCertificate, authorities, chain } = messages;
    return { at, outcome: 'read', detail: 'read to ServerHelloDone', requestsCertificate, authorities, chain };
  }
  const outcome = await outcomeOf(end, target, timeout);
  const detail = outcome === 'unreachable' ? unreachableDetail(end) : end;
  return { at, outcome, detail, requestsCertificate: undefined, authorities: [], chain: [] };
}

async function outcomeOf(end: string, target: HandshakeTarget, timeout: number): Promise<ServerHandshake['outcome']> {
  if (end === 'timeout') {
    return 'timeout';
  }
  if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|HOSTDOWN|AI_AGAIN)$|^ENOTFOUND$/.test(end)) {
    return 'unreachable';
  }
  return end === 'no TLS record' || (await answersPlaintext(target, timeout)) === true ? 'not-tls' : 'inconclusive';
}

/** How it ended: `done`, `timeout`, `alert N`, or the code of an error. */
function exchange({ host, port, alpn }: HandshakeTarget, messages: ServerMessages, timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = netConnect({ host, port, noDelay: true, lookup });
    const finish = (how: string) => {
      clearTimeout(timer);
      if (how === 'done') {
        // close_notify: most servers then log no failed handshake.
        socket.end(Buffer.from([21, 3, 3, 0, 2, 1, 0]));
        socket.destroySoon();
      } else {
        socket.destroy();
      }
      resolve(how);
    };
    const timer = setTimeout(() => finish('timeout'), timeout);
    socket.write(clientHello(host, alpn));
    socket.on('data', (bytes) => {
      const how = messages.take(bytes);
      if (how !== undefined) {
        finish(how);
      }
    });
    socket.on('error', (error) => finish('code' in error ? String(error.code) : error.message));
    socket.on('close', () => finish('closed'));
  });
}
