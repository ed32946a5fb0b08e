import { isIP, connect as netConnect } from 'node:net';
import { createSecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { lookup } from './lookup.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';

/** Whether a port accepts a client without a certificate that resumes the session of an accepted one. */
export interface Resumption {
  readonly at: Date;
  /**
   * `kept`: accepted without a certificate in the resumed session. `ended`: rejected, or not resumed. `no-ticket`: the
   * server sent no session ticket. `unknown`: neither was observed.
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
 * that resumes. Never rejects; `timeout` applies to each of the two connections.
 */
export async function probeResumption(
  target: ProbeTarget,
  { secureContext }: Identity,
  { timeout }: ProbeOptions,
): Promise<Resumption> {
  const at = new Date();
  const first = await exchange(target, { secureContext }, timeout);
  if (!first.answered) {
    return { at, outcome: 'unknown', detail: `the first connection was not accepted: ${first.detail}` };
  }
  if (first.session === undefined) {
    return { at, outcome: 'no-ticket', detail: 'the server sent no session ticket' };
  }
  const withoutCertificate = createSecureContext({ minVersion: 'TLSv1.2' });
  const second = await exchange(target, { secureContext: withoutCertificate, session: first.session }, timeout);
  if (second.answered && second.reused) {
    return { at, outcome: 'kept', detail: 'a resumed session is accepted without a client certificate' };
  }
  return second.detail === 'timeout'
    ? { at, outcome: 'unknown', detail: `no answer within ${timeout} ms on the second connection` }
    : { at, outcome: 'ended', detail: second.reused ? second.detail : 'the server did not resume the session' };
}

interface Exchanged {
  readonly answered: boolean;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
  readonly detail: string;
}

/** One connection and one request, until the first bytes of the answer and the ticket that may follow them. */
function exchange(
  { host, port, alpn, probe }: ProbeTarget,
  options: { readonly secureContext: Identity['secureContext']; readonly session?: Buffer },
  timeout: number,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    let session: Buffer | undefined;
    let answered = false;
    let reused = false;
    const tcp = netConnect({ host, port, noDelay: true, lookup });
    let tcpError: string | undefined;
    // Registered before the TLS socket, whose error would only say that this socket is gone.
    tcp.on('error', (error) => {
      tcpError = 'code' in error ? String(error.code) : error.message;
    });
    const socket: TLSSocket = tlsConnect({
      socket: tcp,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: [...alpn],
      rejectUnauthorized: false,
      ...options,
      secureContext: options.secureContext ?? createSecureContext(),
    });
    const finish = (detail: string) => {
      clearTimeout(timer);
      socket.destroy();
      tcp.destroy();
      resolve({ answered, reused, session, detail: tcpError ?? detail });
    };
    const timer = setTimeout(() => finish('timeout'), timeout);
    socket.on('session', (ticket: Buffer) => {
      session = ticket;
      if (answered) {
        finish('answered');
      }
    });
    socket.on('secureConnect', () => {
      // Read now: a closed socket does not know it.
      reused = socket.isSessionReused();
      socket.write(probe?.protocol === 'grpc' ? preface : request(host));
    });
    socket.on('data', () => {
      answered = true;
      if (session !== undefined || options.session !== undefined) {
        finish('answered');
      }
    });
    socket.on('error', (error) => finish('code' in error ? String(error.code) : error.message));
    socket.on('close', () => finish(answered ? 'answered' : 'closed'));
  });
}
