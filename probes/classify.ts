import { errorCode, errorMessage } from '../credentials/error-text.js';
import { receivedAlert } from './alerts.js';
import type { Outcome, Rejection } from './observation.js';
import type { HandshakeInfo } from './tls-connection.js';

export interface ProbeResult {
  readonly outcome: Outcome;
  readonly rejection: Rejection | undefined;
  readonly detail: string;
}

const unreachableCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EACCES',
]);

/** What this process lacked; the port has no part in it. */
const ownShortages: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/** The server spoke, but not the protocol that was asked for. */
export class NotThisProtocol extends Error {
  override readonly name = 'NotThisProtocol';
  readonly code = 'NOT_THIS_PROTOCOL';
  readonly hint = 'see what listens on this port';

  constructor(protocol: 'gRPC' | 'HTTP', why?: string) {
    super(`the answer is not ${protocol}${why === undefined ? '' : `: ${why}`}`);
  }
}

/** The codes of undici's parser, and its words for an answer before the question: bytes came, and made no sense. */
export function isProtocolError(error: unknown): boolean {
  const code = errorCode(error);
  return (
    // undici gives some of its parser's errors no code.
    (error instanceof Error && error.name === 'HTTPParserError') ||
    /^HPE_|^UND_ERR_HEADERS_OVERFLOW$|^UND_ERR_RES_|^NOT_THIS_PROTOCOL$/.test(code) ||
    (code === 'UND_ERR_SOCKET' && firstLine(error) === 'bad response')
  );
}

/** What the error of a connection says, given what was seen before it. `plaintext` is the answer of the follow-up. */
export function classifyFailure(error: unknown, seen: HandshakeInfo, plaintext: boolean | undefined): ProbeResult {
  const alert = receivedAlert(error);
  if (alert !== undefined) {
    const rejection: Rejection = { side: 'peer', by: 'tls-alert', ...alert };
    return {
      outcome: 'rejected',
      rejection,
      detail: `the server refused with TLS alert ${alert.number} (${alert.name})`,
    };
  }
  const code = errorCode(error);
  if (ownShortages.has(code)) {
    return { outcome: 'inconclusive', rejection: undefined, detail: `the agent could not ask: ${code}` };
  }
  if (seen.connect === undefined) {
    return {
      outcome: 'unreachable',
      rejection: undefined,
      detail: `no connection: ${unreachableCodes.has(code) ? code : code || 'closed'}`,
    };
  }
  if (plaintext === true) {
    return { outcome: 'not-tls', rejection: undefined, detail: 'the port answers without TLS' };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { outcome: 'not-tls', rejection: undefined, detail: 'the port answered something that is not TLS' };
  }
  if (seen.handshake === undefined && code.startsWith('ERR_SSL_')) {
    const detail = `the handshake failed on the agent's side: ${code}`;
    return { outcome: 'inconclusive', rejection: undefined, detail };
  }
  if (seen.handshake === undefined && plaintext === undefined) {
    return {
      outcome: 'inconclusive',
      rejection: undefined,
      detail: `closed during the handshake: ${code || 'closed'}`,
    };
  }
  if (seen.handshake !== undefined && isProtocolError(error)) {
    const detail = `the port took our certificate, but what it sent is not an answer: ${firstLine(error)}`;
    return { outcome: 'inconclusive', rejection: undefined, detail };
  }
  const when = seen.handshake === undefined ? 'during the handshake' : 'after the handshake, before any answer';
  const rejection: Rejection = { side: 'peer', by: 'close', number: undefined, name: 'close' };
  return { outcome: 'rejected', rejection, detail: `the server closed the connection ${when}, without an alert` };
}

/** We refused the server: its chain does not verify, or its name is another. */
export function classifyPeerProblem(seen: HandshakeInfo): ProbeResult | undefined {
  if (seen.peerProblem === undefined || seen.peerProblemKind === undefined) {
    return undefined;
  }
  const what = seen.peerProblemKind === 'name' ? 'is for other names' : 'does not verify under our CA';
  return {
    outcome: 'rejected',
    rejection: { side: 'probe', by: seen.peerProblemKind, number: undefined, name: seen.peerProblem },
    detail: `the server's certificate ${what} (${seen.peerProblem})`,
  };
}

export function timedOut(seen: HandshakeInfo, milliseconds: number): ProbeResult {
  const stage = seen.connect === undefined ? 'TCP connect' : seen.handshake === undefined ? 'TLS handshake' : 'answer';
  return { outcome: 'timeout', rejection: undefined, detail: `no ${stage} within ${milliseconds} ms` };
}

/** True when a plaintext question may tell a port without TLS from one that drops the handshake. */
export function needsPlaintextQuestion(error: unknown, seen: HandshakeInfo): boolean {
  return seen.connect !== undefined && seen.handshake === undefined && receivedAlert(error) === undefined;
}

function firstLine(error: unknown): string {
  return errorMessage(error).split('\n')[0] ?? '';
}
