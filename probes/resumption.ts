import { isIP, connect as netConnect } from 'node:net';
import { createSecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { errorCode } from '../credentials/error-text.js';
import { receivedAlert } from './alerts.js';
import { startDeadline } from './deadline.js';
import { lookup } from './lookup.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { withoutConnection } from './unreachable.js';

/** Whether a port accepts a client without a certificate that resumes the session of an accepted one. */
export interface Resumption {
  readonly at: Date;
  /**
   * `kept`: accepted without a certificate in the resumed session. `ended`: rejected, or not resumed. `no-ticket`: the
   * server sent no session ticket. `unknown`: none was observed, as without a second connection.
   */
  readonly outcome: 'kept' | 'ended' | 'no-ticket' | 'unknown';
  readonly detail: string;
}

const request = (host: string) => Buffer.from(`GET /status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

/** The HTTP/2 connection preface with empty SETTINGS: a gRPC server answers it before any call. */
const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('000000040000000000', 'hex'),
]);

/**
 * Gets a session ticket with an accepted identity, then resumes the session without a client certificate. The only probe
 * that resumes. Never rejects; the timeout applies to each of the two connections.
 */
export async function probeResumption(
  target: ProbeTarget,
  { secureContext }: Identity,
  options: ProbeOptions,
): Promise<Resumption> {
  const at = new Date();
  const first = await connectOnce(target, { secureContext }, options);
  if (first.end !== 'answered') {
    return { at, outcome: 'unknown', detail: `the first connection was not accepted: ${first.detail}` };
  }
  if (first.session === undefined) {
    return { at, outcome: 'no-ticket', detail: 'the server sent no session ticket' };
  }
  const withoutCertificate = createSecureContext({ minVersion: 'TLSv1.2' });
  const second = await connectOnce(target, { secureContext: withoutCertificate, session: first.session }, options);
  switch (second.end) {
    case 'answered':
      return second.reused
        ? { at, outcome: 'kept', detail: 'a resumed session is accepted without a client certificate' }
        : { at, outcome: 'ended', detail: 'the server did not resume the session' };
    case 'alert':
    case 'closed':
      return { at, outcome: 'ended', detail: second.detail };
    default:
      return { at, outcome: 'unknown', detail: `no result of the second connection: ${second.detail}` };
  }
}

/**
 * `answered`: application bytes came back. `alert` and `closed`: the server rejected the client. `unreachable`: there was no
 * TCP connection. `invalid`: the agent ended the handshake.
 */
type End = 'answered' | 'closed' | 'alert' | 'timeout' | 'unreachable' | 'invalid';

interface Connected {
  readonly end: End;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
  /** One line for people. */
  readonly detail: string;
}

/** Bytes of an answer that are read while its ticket is awaited. */
const mostBytes = 1 << 20;

/** One connection and one request, until the first bytes of the answer and the ticket that may follow them. */
function connectOnce(
  { host, port, alpn, probe }: ProbeTarget,
  tls: { readonly secureContext: Identity['secureContext']; readonly session?: Buffer },
  options: ProbeOptions,
): Promise<Connected> {
  return new Promise((resolve) => {
    let session: Buffer | undefined;
    let answered = false;
    let reused = false;
    let isConnected = false;
    const tcp = netConnect({ host, port, noDelay: true, lookup });
    // Registered before the TLS socket, whose error would only say that this socket is gone.
    tcp.on('error', (error) => fail(error));
    const socket: TLSSocket = tlsConnect({
      socket: tcp,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: [...alpn],
      rejectUnauthorized: false,
      ...tls,
      secureContext: tls.secureContext ?? createSecureContext(),
    });
    const deadline = startDeadline(options);
    const finish = (end: End, detail: string) => {
      deadline.clear();
      // Before the sockets are destroyed, which raises their events at once.
      resolve({ end: answered ? 'answered' : end, reused, session, detail });
      socket.destroy();
      tcp.destroy();
    };
    const fail = (error?: Error) => finish(...failure(error, isConnected));
    void deadline.reached.then(() => finish('timeout', 'aborted, or no answer within the timeout'));
    tcp.once('connect', () => {
      isConnected = true;
    });
    socket.on('session', (ticket: Buffer) => {
      session = ticket;
      if (answered) {
        finish('answered', 'answered');
      }
    });
    socket.once('secureConnect', () => {
      // Read now: a closed socket does not know it.
      reused = socket.isSessionReused();
      socket.write(probe?.protocol === 'grpc' ? preface : request(host));
    });
    socket.on('data', () => {
      answered = true;
      // The ticket comes with the first bytes; a peer that sends without an end sends none.
      if (session !== undefined || tls.session !== undefined || socket.bytesRead > mostBytes) {
        finish('answered', 'answered');
      }
    });
    socket.on('error', fail);
    socket.on('close', () => fail());
  });
}

function failure(error: Error | undefined, isConnected: boolean): [End, string] {
  const unconnected = withoutConnection(error, isConnected);
  if (unconnected !== undefined) {
    return ['unreachable', unconnected.detail];
  }
  const alert = receivedAlert(error);
  if (alert !== undefined) {
    return ['alert', `rejected by the server with the TLS alert ${alert.name} (${alert.number})`];
  }
  const code = errorCode(error);
  return code.startsWith('ERR_SSL_')
    ? ['invalid', `the agent ended the TLS handshake: ${code}`]
    : ['closed', `the server closed the connection without an alert${code === '' ? '' : ` (${code})`}`];
}
