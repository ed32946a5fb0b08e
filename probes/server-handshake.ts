import { connect as netConnect } from 'node:net';
import type { Certificate } from '../credentials/certificate.js';
import { errorCode, exceptionText } from '../credentials/error-text.js';
import { clientHello } from './client-hello.js';
import { startDeadline } from './deadline.js';
import { lookup } from './lookup.js';
import { answersPlaintext } from './plaintext.js';
import type { ProbeOptions } from './prober.js';
import { ServerMessages } from './server-messages.js';
import { withoutConnection } from './unreachable.js';

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
  /**
   * The protocol that the server chose by ALPN of those that were offered; `none` where it chose none, also by the alert
   * no_application_protocol. Undefined where the handshake did not come so far.
   */
  readonly alpn?: string | undefined;
}

export interface HandshakeTarget {
  readonly host: string;
  readonly port: number;
  readonly alpn: readonly string[];
  readonly tlsOnlyPath?: string | undefined;
}

/**
 * Sends a ClientHello of TLS 1.2 with the TCP connect, reads up to ServerHelloDone, sends close_notify and closes. The
 * handshake is not completed: no certificate is presented and no session made. A port that closes without an answer is
 * sent a plaintext request in the time that is left. Never rejects; the sockets are destroyed at the timeout at the latest.
 */
export async function readServerHandshake(
  target: HandshakeTarget,
  { timeout, signal }: ProbeOptions,
): Promise<ServerHandshake> {
  const at = new Date();
  const start = performance.now();
  const messages = new ServerMessages();
  const end = await readMessages(target, messages, { timeout, signal }).catch(failed);
  if (end.outcome === 'read') {
    const { requestsCertificate, authorities, chain, alpn } = messages;
    return { ...end, at, outcome: end.outcome, requestsCertificate, authorities, chain, alpn };
  }
  const left = timeout - (performance.now() - start);
  const asks = end.outcome === 'closed' && left > 0;
  const isPlaintext = asks && (await answersPlaintext(target, left, signal)) === true;
  const outcome = isPlaintext ? 'not-tls' : end.outcome === 'closed' ? 'inconclusive' : end.outcome;
  const { alpn } = messages;
  return { at, outcome, detail: end.detail, requestsCertificate: undefined, authorities: [], chain: [], alpn };
}

/** `closed`: the port ended the connection without an answer that says why. */
interface End {
  readonly outcome: ServerHandshake['outcome'] | 'closed';
  readonly detail: string;
}

function readMessages(
  { host, port, alpn }: HandshakeTarget,
  messages: ServerMessages,
  options: ProbeOptions,
): Promise<End> {
  return new Promise((resolve) => {
    const hello = clientHello(host, alpn);
    const socket = netConnect({ host, port, noDelay: true, lookup });
    const deadline = startDeadline(options);
    let isConnected = false;
    const finish = (end: End) => {
      deadline.clear();
      // Before the socket is destroyed, which raises its events.
      resolve(end);
      if (end.outcome === 'read') {
        // close_notify: most servers then log no failed handshake.
        socket.end(Buffer.from([21, 3, 3, 0, 2, 1, 0]));
        socket.destroySoon();
      } else {
        socket.destroy();
      }
    };
    void deadline.reached.then(() => finish({ outcome: 'timeout', detail: 'timeout' }));
    socket.write(hello);
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.on('data', (bytes) => {
      try {
        const end = messages.take(bytes);
        if (end !== undefined) {
          finish(end);
        }
      } catch (error: unknown) {
        // Thrown to the socket it would end the process.
        finish(failed(error));
      }
    });
    const fail = (error?: Error) => finish(withoutConnection(error, isConnected) ?? closed(error));
    socket.once('error', fail);
    socket.once('close', () => fail());
  });
}

/** A defect of the agent, which says nothing about the port. */
function failed(error: unknown): End {
  return { outcome: 'inconclusive', detail: `the probe itself failed: ${exceptionText(error)}` };
}

function closed(error: Error | undefined): End {
  return { outcome: 'closed', detail: error === undefined ? 'closed' : errorCode(error) || error.message };
}
