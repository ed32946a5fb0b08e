import { classifyFailure, classifyPeerProblem, needsPlaintextRequest, timedOut } from './classify.js';
import { expired, flooded, startByteLimit, startDeadline } from './deadline.js';
import { stallDetector } from './event-loop-stall.js';
import type { Observation, Protocol } from './observation.js';
import { answersPlaintext } from './plaintext.js';
import { type Answered, type ProbeResult, resultOf, withoutAnswer } from './probe-result.js';
import type { Identity, ProbeOptions, ProbeTarget } from './prober.js';
import { isProtocolError } from './protocol-error.js';
import { emptyHandshakeInfo, type HandshakeInfo, openTls, type TlsConnection } from './tls-connection.js';

/** What an attempt knows so far, and the one connection that it may open. */
export interface ProbeContext {
  readonly info: HandshakeInfo;
  /** The identity is expected to be rejected, and does not verify the server. */
  readonly isUnauthorizedClient: boolean;
  /** Of the whole attempt, in milliseconds. */
  readonly timeout: number;
  /** Connects and verifies the server. A result instead of a connection means that the agent rejects the server. */
  open(): Promise<TlsConnection | ProbeResult>;
  connection(): TlsConnection | undefined;
}

/**
 * The steps of every prober: one fresh connection, the server verified, then the request, within one deadline. Never
 * rejects. The socket is destroyed before it resolves.
 */
export async function attempt(
  protocol: Protocol,
  target: ProbeTarget,
  identity: Identity,
  options: ProbeOptions,
  request: (context: ProbeContext) => Promise<Answered>,
): Promise<Observation> {
  const at = new Date();
  const start = performance.now();
  const info = emptyHandshakeInfo();
  const context = createContext(target, identity, options.timeout, start, info);
  const stalledMilliseconds = stallDetector.listen();
  const deadline = startDeadline(options);
  const byteLimit = startByteLimit(() => context.connection()?.socket.bytesRead ?? 0);
  let answered: Answered;
  try {
    const ended = await Promise.race([request(context), deadline.reached, byteLimit.reached]);
    answered =
      ended === expired
        ? withoutAnswer(timedOut(info, options.timeout))
        : ended === flooded
          ? withoutAnswer(resultOf('inconclusive', 'the server sent megabytes without a complete answer'))
          : ended;
  } catch (error: unknown) {
    const timeout = options.timeout - (performance.now() - start);
    answered = withoutAnswer(await failure(error, context, target, { ...options, timeout }));
  } finally {
    deadline.clear();
    byteLimit.clear();
    context.connection()?.destroy();
  }
  return {
    protocol,
    identity: identity.name,
    host: target.host,
    port: target.port,
    source: info.source,
    at,
    ...unlessStalled(answered.result, stalledMilliseconds()),
    peerChain: info.peerChain,
    peerProblem: info.peerProblem,
    tlsVersion: info.tlsVersion,
    cipher: info.cipher,
    alpn: info.alpn,
    durations: { total: (performance.now() - start) / 1000, connect: info.connect, handshake: info.handshake },
    application: answered.application,
  };
}

/** `options` with the time that is left until the deadline. */
async function failure(
  error: unknown,
  { connection, info }: ProbeContext,
  target: ProbeTarget,
  { timeout, signal }: ProbeOptions,
): Promise<ProbeResult> {
  // The socket's own error names the TLS alert, which undici and HTTP/2 hide. An invalid answer came before the close.
  const cause = isProtocolError(error) ? error : (connection()?.firstError() ?? error);
  const asks = needsPlaintextRequest(cause, info) && timeout > 0;
  return classifyFailure(cause, info, asks ? await answersPlaintext(target, timeout, signal) : undefined);
}

/** A process that did not run cannot tell what the port did meanwhile, and its late reads look like silence or a close. */
function unlessStalled(result: ProbeResult, stalled: number): ProbeResult {
  const { outcome, rejection } = result;
  const isDoubtful = outcome === 'timeout' || outcome === 'unreachable' || rejection?.by === 'close';
  return stalled > 0 && isDoubtful
    ? resultOf('inconclusive', `the agent's event loop stalled for ${(stalled / 1000).toFixed(1)} s`)
    : result;
}

function createContext(
  target: ProbeTarget,
  identity: Identity,
  timeout: number,
  start: number,
  info: HandshakeInfo,
): ProbeContext {
  const isUnauthorizedClient = identity.verifiesServer === false;
  let connection: TlsConnection | undefined;
  return {
    info,
    isUnauthorizedClient,
    timeout,
    connection: () => connection,
    open: async () => {
      connection = openTls(target, identity, start, info);
      await connection.handshake;
      if (connection.socket.isSessionReused()) {
        throw new Error('a probe resumed a TLS session');
      }
      return (isUnauthorizedClient ? undefined : classifyPeerProblem(info, identity.name)) ?? connection;
    },
  };
}
