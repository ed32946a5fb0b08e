import {
  classifyFailure,
  classifyPeerProblem,
  isProtocolError,
  needsPlaintextQuestion,
  type ProbeResult,
  timedOut,
} from './classify.js';
import { StallDetector } from './event-loop-stall.js';
import type { ApplicationAnswer, Observation, Protocol } from './observation.js';
import { answersPlaintext } from './plaintext.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { emptyHandshakeInfo, type HandshakeInfo, openTls, type TlsConnection } from './tls-connection.js';

/** What the application layer made of a verified connection. */
export interface Answered {
  readonly result: ProbeResult;
  readonly application: ApplicationAnswer | undefined;
}

export const accepted = (detail: string): ProbeResult => ({ outcome: 'accepted', rejection: undefined, detail });

const expired = Symbol('expired');
const stallDetector = new StallDetector();

/** One attempt in the making: what was seen so far, and the one connection it may open. */
export interface ProbeContext {
  readonly seen: HandshakeInfo;
  /** It wants to know whether it is let in, and takes any server. */
  readonly isUnauthorizedClient: boolean;
  /** Of the whole attempt, in milliseconds. */
  readonly timeout: number;
  /** Opens the connection and judges the server; the verdict when it is not to be talked to. */
  open(): Promise<TlsConnection | ProbeResult>;
  connection(): TlsConnection | undefined;
}

/**
 * The frame of every prober: one fresh connection, the server judged, then the question, all before one deadline that
 * is our own timer. Never rejects; the sockets are destroyed before it resolves.
 */
export async function attempt(
  protocol: Protocol,
  target: ProbeTarget,
  identity: Identity,
  options: ProbeOptions,
  exchange: (context: ProbeContext) => Promise<Answered>,
): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const seen = emptyHandshakeInfo();
  const context = createContext(target, identity, options.timeout, start, seen);
  const missed = stallDetector.listen();
  const deadline = startDeadline(options);
  let answered: Answered;
  try {
    const result = await Promise.race([exchange(context), deadline.reached]);
    answered = result === expired ? { result: timedOut(seen, options.timeout), application: undefined } : result;
  } catch (error: unknown) {
    // Bytes that make no sense came before the close that followed them.
    const cause = isProtocolError(error) ? error : (context.connection()?.firstError() ?? error);
    const left = options.timeout - (performance.now() - start);
    const plaintext =
      needsPlaintextQuestion(cause, seen) && left > 0 ? await answersPlaintext(target, left) : undefined;
    answered = { result: classifyFailure(cause, seen, plaintext), application: undefined };
  } finally {
    deadline.clear();
    context.connection()?.destroy();
  }
  const stalledFor = missed();
  return {
    protocol,
    identity: identity.name,
    host: target.host,
    port: target.port,
    at,
    ...(stalledFor > 0 ? unlessStalled(answered.result, stalledFor) : answered.result),
    peerChain: seen.peerChain,
    peerProblem: seen.peerProblem,
    tlsVersion: seen.tlsVersion,
    cipher: seen.cipher,
    alpn: seen.alpn,
    durations: { total: (performance.now() - start) / 1000, connect: seen.connect, handshake: seen.handshake },
    application: answered.application,
  };
}

/** Silence and bare closes are the port's doing only if this process was there to be spoken to. */
function unlessStalled(result: ProbeResult, milliseconds: number): ProbeResult {
  const { outcome, rejection } = result;
  return outcome === 'timeout' || outcome === 'unreachable' || rejection?.by === 'close'
    ? {
        outcome: 'inconclusive',
        rejection: undefined,
        detail: `the agent itself did not run for ${(milliseconds / 1000).toFixed(1)} s`,
      }
    : result;
}

function createContext(
  target: ProbeTarget,
  identity: Identity,
  timeout: number,
  start: number,
  seen: HandshakeInfo,
): ProbeContext {
  let connection: TlsConnection | undefined;
  return {
    seen,
    isUnauthorizedClient: identity.verifiesServer === false,
    timeout,
    connection: () => connection,
    open: async () => {
      connection = openTls(target, identity, start, seen);
      await connection.handshake;
      if (connection.socket.isSessionReused()) {
        throw new Error('a probe resumed a session');
      }
      return (identity.verifiesServer === false ? undefined : classifyPeerProblem(seen)) ?? connection;
    },
  };
}

export function isProbeResult(opened: TlsConnection | ProbeResult): opened is ProbeResult {
  return 'outcome' in opened;
}

function startDeadline({ timeout, signal }: ProbeOptions) {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const reached = new Promise<typeof expired>((resolve) => {
    onAbort = () => resolve(expired);
    timer = setTimeout(onAbort, timeout);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  return {
    reached,
    clear: () => {
      clearTimeout(timer);
      if (onAbort !== undefined) {
        signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}
