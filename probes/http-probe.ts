import { type buildConnector, Client } from 'undici';
import type { HarmlessProbe } from '../cluster/profile.js';
import { type Answered, accepted, attempt, type Frame, isVerdict } from './attempt.js';
import { decodeHttpAnswer } from './http-answers.js';
import type { Observation } from './observation.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import type { Seen, TlsConnection } from './tls-connection.js';

/** Bytes of an answer that are kept; the rest is not read. */
const largestBody = 64 * 1024;

/** One GET over a fresh connection. HTTP 403 is a refusal of the caller; any other status is an answer. */
export function probeHttp(target: ProbeTarget, identity: Identity, options: ProbeOptions): Promise<Observation> {
  const question = target.probe?.protocol === 'http' ? target.probe : { path: '/status', accept: 'any' as const };
  return attempt('http', target, identity, options, (frame) => get(target, question, frame));
}

type Question = Pick<Extract<HarmlessProbe, { readonly protocol: 'http' }>, 'path' | 'accept'>;

async function get(target: ProbeTarget, { path, accept }: Question, frame: Frame): Promise<Answered> {
  const opened = await frame.open();
  if (isVerdict(opened)) {
    return { verdict: opened, application: undefined };
  }
  await refusalWindow(opened, frame.seen);
  const name = target.serverName ?? target.host;
  const host = name.includes(':') ? `[${name}]` : name;
  const client = new Client(`https://${host}:${target.port}`, {
    connect: handOver(opened),
    // The deadline is that of the probe; undici's own timers would only blur it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path, reset: true });
    const text = await readLimited(body);
    const answer = accept === 'any' || statusCode !== 200 ? undefined : decodeHttpAnswer(accept, text);
    const application = { protocol: 'http' as const, status: statusCode, body: text, answer };
    if (statusCode === 403) {
      const refusal = { side: 'peer', by: 'http-status', number: 403, name: '403' } as const;
      return { verdict: { outcome: 'refused', refusal, detail: 'the server refused with HTTP 403' }, application };
    }
    const foreign = accept !== 'any' && statusCode === 200 && answer === undefined;
    const what = foreign ? `, but ${kindOf(text)} where JSON of this component was expected` : '';
    return { verdict: accepted(`HTTP ${statusCode}${what}`), application };
  } finally {
    client.destroy().catch(() => undefined);
  }
}

/** Gives undici the one connection of the attempt; undici asks again when the first one was of no use. */
function handOver({ socket, firstError }: TlsConnection): buildConnector.connector {
  let given = false;
  return (_options, callback) => {
    if (given) {
      // An error of undici's own would only make it ask once more.
      callback(new Error(firstError()?.message ?? 'closed'), null);
    } else {
      given = true;
      // undici loses a request whose connection is handed over in the same tick.
      setImmediate(() => callback(null, socket));
    }
  };
}

/**
 * In TLS 1.3 a refusal comes one round trip after the handshake. A request sent before it arrives makes the server's
 * close a reset, and a reset can swallow the alert that gave the reason.
 */
async function refusalWindow(
  { socket, firstError }: TlsConnection,
  { connect = 0, handshake = 0, tlsVersion }: Seen,
): Promise<void> {
  if (tlsVersion !== 'TLSv1.3') {
    return;
  }
  const roundTrips = Math.min(Math.max(2 * (handshake - connect) * 1000, 3), 200);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, roundTrips);
    function done() {
      clearTimeout(timer);
      socket.off('close', done);
      resolve();
    }
    socket.once('close', done);
  });
  const error = firstError();
  if (error !== undefined) {
    throw error;
  }
}

function kindOf(text: string): string {
  return /^\s*</.test(text) ? 'HTML' : text === '' ? 'nothing' : 'something else';
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= largestBody) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, largestBody).toString('utf8');
}
