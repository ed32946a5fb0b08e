import { errorCode, errorMessage } from '../credentials/error-text.js';
import { codeText } from '../credentials/verifiers/code-words.js';
import { receivedAlert } from './alerts.js';
import type { IdentityName } from './observation.js';
import { closedByPeer, type ProbeResult, rejectedBy, resultOf } from './probe-result.js';
import { InvalidAnswer, isProtocolError } from './protocol-error.js';
import type { HandshakeInfo } from './tls-connection.js';
import { withoutConnection } from './unreachable.js';

/** OpenSSL's codes for first bytes that are no TLS record. */
const notRecordCodes: ReadonlySet<string> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/**
 * The result of an attempt that ended with an error. `plaintext` is what the plaintext request after it showed:
 * answered, rejected, or undefined for neither.
 */
export function classifyFailure(error: unknown, info: HandshakeInfo, plaintext: boolean | undefined): ProbeResult {
  const alert = receivedAlert(error);
  if (alert !== undefined) {
    const detail = `rejected by the server with the TLS alert ${alert.name} (${alert.number})`;
    return rejectedBy({ side: 'peer', by: 'tls-alert', ...alert }, detail);
  }
  const unconnected = withoutConnection(error, info.connect !== undefined);
  if (unconnected !== undefined) {
    return unconnected;
  }
  if (plaintext === true) {
    return resultOf('not-tls', 'the port answers without TLS');
  }
  const code = errorCode(error);
  if (notRecordCodes.has(code)) {
    return resultOf('not-tls', 'the port answered with bytes that are not TLS');
  }
  return info.handshake === undefined ? duringHandshake(code, plaintext) : afterHandshake(error);
}

function duringHandshake(code: string, plaintext: false | undefined): ProbeResult {
  if (code.startsWith('ERR_SSL_')) {
    return resultOf('inconclusive', `the agent ended the TLS handshake: ${code}`);
  }
  if (plaintext === undefined) {
    return resultOf('inconclusive', `the connection ended during the TLS handshake: ${code || 'closed'}`);
  }
  return rejectedBy(closedByPeer, 'the server closed the connection during the TLS handshake, without an alert');
}

function afterHandshake(error: unknown): ProbeResult {
  if (isProtocolError(error)) {
    const [reason] = errorMessage(error).split('\n');
    const invalid = `the server accepted the connection, but its answer is invalid: ${reason}`;
    const isIncomplete = error instanceof InvalidAnswer && error.isIncomplete;
    return isIncomplete
      ? resultOf('inconclusive', invalid)
      : { ...resultOf('inconclusive', invalid), isOtherProtocol: true };
  }
  const detail = 'the server closed the connection after the TLS handshake and before any answer, without an alert';
  return rejectedBy(closedByPeer, detail);
}

/** The agent rejects the server, as `identity` would: its chain does not verify, or its certificate is for other names. */
export function classifyPeerProblem(
  { peerProblem, peerProblemKind }: Pick<HandshakeInfo, 'peerProblem' | 'peerProblemKind'>,
  identity: IdentityName,
): ProbeResult | undefined {
  if (peerProblem === undefined || peerProblemKind === undefined) {
    return undefined;
  }
  const ca = identity === 'agent' ? "the agent's CA" : `the CA of ${identity}`;
  const what = peerProblemKind === 'name' ? 'is for other names' : `does not verify with ${ca}`;
  return rejectedBy(
    { side: 'probe', by: peerProblemKind, number: undefined, name: peerProblem },
    `the server's certificate ${what} (${codeText(peerProblem)})`,
  );
}

export function timedOut(info: HandshakeInfo, milliseconds: number): ProbeResult {
  const missing =
    info.connect === undefined ? 'TCP connection' : info.handshake === undefined ? 'TLS handshake' : 'answer';
  return resultOf('timeout', `no ${missing} within ${milliseconds} ms`);
}

/** Whether a plaintext request can tell a port without TLS from one that closes during the handshake. */
export function needsPlaintextRequest(error: unknown, info: HandshakeInfo): boolean {
  return info.connect !== undefined && info.handshake === undefined && receivedAlert(error) === undefined;
}
