import { isIP, connect as netConnect } from 'node:net';
import { createSecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { lookup } from './lookup.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';

/** Whether a port that admitted a caller admits it again without a certificate, by the ticket of the first time. */
export interface Resumption {
  readonly at: Date;
  /** `kept`: let in again with no certificate. `ended`: not. `no-ticket`: none was given. `unknown`: it did not come to that. */
  readonly outcome: 'kept' | 'ended' | 'no-ticket' | 'unknown';
  readonly detail: string;
}

const question = (host: string) => Buffer.from(`GET /status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);

/** The connection preface of HTTP/2 with empty SETTINGS: what a gRPC server answers before any call. */
const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('000000040000000000', 'hex'),
]);

/** Takes a ticket with an admitted identity, returns without a certificate. The only probe that resumes. */
export async function probeResumption(
  target: ProbeTarget,
  identity: Identity,
  { timeout }: ProbeOptions,
): Promise<Resumption> {
  const at = new Date();
  const first = await negativeProbe(target, { secureContext: identity.secureContext }, timeout);
  if (!first.answered) {
    return { at, outcome: 'unknown', detail: `not let in the first time: ${first.detail}` };
  }
  if (first.session === undefined) {
    return { at, outcome: 'no-ticket', detail: 'the port gives no tickets' };
  }
  const nobody = createSecureContext({ minVersion: 'TLSv1.2' });
  const second = await negativeProbe(target, { secureContext: nobody, session: first.session }, timeout);
  if (second.answered && second.reused) {
    return { at, outcome: 'kept', detail: 'a resumed session is answered without a certificate' };
  }
  return second.detail === 'timeout'
    ? { at, outcome: 'unknown', detail: 'no answer in time the second time' }
    : { at, outcome: 'ended', detail: second.reused ? second.detail : 'the session was not taken up' };
}

interface NegativeProbe {
  readonly answered: boolean;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
  readonly detail: string;
}

/** One connection, one question, until the first bytes of an answer and the ticket that may follow them. */
function negativeProbe(
  { host, port, alpn, probe }: ProbeTarget,
  options: { readonly secureContext: Identity['secureContext']; readonly session?: Buffer },
  timeout: number,
): Promise<NegativeProbe> {
  return new Promise((resolve) => {
    let session: Buffer | undefined;
    let answered = false;
    let reused = false;
    const tcp = netConnect({ host, port, noDelay: true, lookup });
    let tcpError: string | undefined;
    // Before TLS listens, which would only say that the socket is gone.
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
      // Asked now: a socket without its connection must not be asked.
      reused = socket.isSessionReused();
      socket.write(probe?.protocol === 'grpc' ? preface : question(host));
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
