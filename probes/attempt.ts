import {
  classifyFailure,
  classifyPeerProblem,
  isNonsense,
  needsPlaintextQuestion,
  timedOut,
  type Verdict,
} from './classify.js';
import type { ApplicationAnswer, Observation, Protocol } from './observation.js';
import { answersPlaintext } from './plaintext.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { Pulse } from './event-loop-stall.js';
import { emptySeen, openTls, type Seen, type TlsConnection } from './tls-connection.js';

/** What the application layer made of a verified connection. */
export interface Answered {
  readonly verdict: Verdict;
  readonly application: ApplicationAnswer | undefined;
}

export const accepted = (detail: string): Verdict => ({ outcome: 'accepted', refusal: undefined, detail });

const expired = Symbol('expired');
const pulse = new Pulse();

/** One attempt in the making: what was seen so far, and the one connection it may open. */
export interface Frame {
  readonly seen: Seen;
  /** It wants to know whether it is let in, and takes any server. */
  readonly isStranger: boolean;
  /** Of the whole attempt, in milliseconds. */
  readonly timeout: number;
  /** Opens the connection and judges the server; the verdict when it is not to be talked to. */
  open(): Promise<TlsConnection | Verdict>;
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
  converse: (frame: Frame) => Promise<Answered>,
): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const seen = emptySeen();
  const frame = createFrame(target, identity, options.timeout, start, seen);
  const missed = pulse.listen();
  const deadline = startDeadline(options);
  let answered: Answered;
  try {
    const result = await Promise.race([converse(frame), deadline.reached]);
    answered = result === expired ? { verdict: timedOut(seen, options.timeout), application: undefined } : result;
  } catch (error: unknown) {
    // Bytes that make no sense came before the close that followed them.
    const cause = isNonsense(error) ? error : (frame.connection()?.firstError() ?? error);
    const left = options.timeout - (performance.now() - start);
    const plaintext =
      needsPlaintextQuestion(cause, seen) && left > 0 ? await answersPlaintext(target, left) : undefined;
    answered = { verdict: classifyFailure(cause, seen, plaintext), application: undefined };
  } finally {
    deadline.clear();
    frame.connection()?.destroy();
  }
  const asleep = missed();
  return {
    protocol,
    identity: identity.name,
    host: target.host,
    port: target.port,
    at,
    ...(asleep > 0 ? unlessAsleep(answered.verdict, asleep) : answered.verdict),
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
function unlessAsleep(verdict: Verdict, milliseconds: number): Verdict {
  const { outcome, refusal } = verdict;
  return outcome === 'timeout' || outcome === 'unreachable' || refusal?.by === 'close'
    ? {
        outcome: 'inconclusive',
        refusal: undefined,
        detail: `the agent itself did not run for ${(milliseconds / 1000).toFixed(1)} s`,
      }
    : verdict;
}

function createFrame(target: ProbeTarget, identity: Identity, timeout: number, start: number, seen: Seen): Frame {
  let connection: TlsConnection | undefined;
  return {
    seen,
    isStranger: identity.judgesServer === false,
    timeout,
    connection: () => connection,
    open: async () => {
      connection = openTls(target, identity, start, seen);
      await connection.handshake;
      if (connection.socket.isSessionReused()) {
        throw new Error('a probe resumed a session');
      }
      return (identity.judgesServer === false ? undefined : classifyPeerProblem(seen)) ?? connection;
    },
  };
}

export function isVerdict(opened: TlsConnection | Verdict): opened is Verdict {
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
