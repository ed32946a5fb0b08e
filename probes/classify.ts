import { receivedAlert } from './alerts.js';
import type { Outcome, Refusal } from './observation.js';
import type { Seen } from './tls-connection.js';

export interface Verdict {
  readonly outcome: Outcome;
  readonly refusal: Refusal | undefined;
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
  'EMFILE',
  'ENFILE',
]);

/** What the error of a connection says, given what was seen before it. `plaintext` is the answer of the follow-up. */
export function classifyFailure(error: unknown, seen: Seen, plaintext: boolean | undefined): Verdict {
  const alert = receivedAlert(error);
  if (alert !== undefined) {
    const refusal: Refusal = { side: 'peer', by: 'tls-alert', ...alert };
    return { outcome: 'refused', refusal, detail: `the server refused with TLS alert ${alert.number} (${alert.name})` };
  }
  const code = codeOf(error);
  if (seen.connect === undefined) {
    return {
      outcome: 'unreachable',
      refusal: undefined,
      detail: `no connection: ${unreachableCodes.has(code) ? code : code || 'closed'}`,
    };
  }
  if (plaintext === true) {
    return { outcome: 'not-tls', refusal: undefined, detail: 'the port answers without TLS' };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { outcome: 'not-tls', refusal: undefined, detail: 'the port answered something that is not TLS' };
  }
  if (seen.handshake === undefined && plaintext === undefined) {
    return { outcome: 'inconclusive', refusal: undefined, detail: `closed during the handshake: ${code || 'closed'}` };
  }
  const when = seen.handshake === undefined ? 'during the handshake' : 'after the handshake, before any answer';
  const refusal: Refusal = { side: 'peer', by: 'close', number: undefined, name: 'close' };
  return { outcome: 'refused', refusal, detail: `the server closed the connection ${when}, without an alert` };
}

/** We refused the server: its chain does not verify, or its name is another. */
export function classifyPeerProblem(seen: Seen): Verdict | undefined {
  if (seen.peerProblem === undefined || seen.peerProblemKind === undefined) {
    return undefined;
  }
  const what = seen.peerProblemKind === 'name' ? 'is for other names' : 'does not verify under our CA';
  return {
    outcome: 'refused',
    refusal: { side: 'probe', by: seen.peerProblemKind, number: undefined, name: seen.peerProblem },
    detail: `the server's certificate ${what} (${seen.peerProblem})`,
  };
}

export function timedOut(seen: Seen, milliseconds: number): Verdict {
  const stage = seen.connect === undefined ? 'TCP connect' : seen.handshake === undefined ? 'TLS handshake' : 'answer';
  return { outcome: 'timeout', refusal: undefined, detail: `no ${stage} within ${milliseconds} ms` };
}

/** True when a plaintext question may tell a port without TLS from one that drops the handshake. */
export function needsPlaintextQuestion(error: unknown, seen: Seen): boolean {
  return seen.connect !== undefined && seen.handshake === undefined && receivedAlert(error) === undefined;
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
