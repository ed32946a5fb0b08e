import { connect } from 'node:net';
import { errorCode, errorMessage } from '../credentials/error-text.js';
import { lookup } from './lookup.js';
import { closedByPeer, type ProbeResult, rejectedBy, resultOf } from './probe-result.js';
import { withoutConnection } from './unreachable.js';

/** Go's HTTP server sends exactly this in plaintext on a TLS port; TiProxy's API port is one. */
const requiresTlsStart = 'HTTP/1.0 400 Bad Request';
const requiresTls = /^HTTP\/1\.0 400 Bad Request\r\n[\s\S]*\bClient sent an HTTP request to an HTTPS server\./;
const mostCharacters = 1_024;

/** The first bytes of TLS records (RFC 8446, section 5.1): alert and handshake. */
const tlsRecords: readonly number[] = [21, 22];

interface PlaintextTarget {
  readonly host: string;
  readonly port: number;
  /** Asked instead of /status; 404 for it means that the port serves only health checks without TLS. */
  readonly tlsOnlyPath?: string | undefined;
}

const notFound = /^HTTP\/1\.[01] 404/;
/** As long as what `notFound` matches. */
const statusLength = 12;

/**
 * Sends a plaintext HTTP request with the TCP connect: a connection that sends nothing would block a TiKV status port.
 * `accepted` for any bytes that are no TLS record and do not say that the port requires TLS, or serves no more than health. Never rejects; the socket
 * is destroyed before it resolves. `timeout` is in milliseconds.
 */
export function requestPlaintext(
  { host, port, tlsOnlyPath }: PlaintextTarget,
  timeout: number,
  signal?: AbortSignal,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, lookup });
    let isConnected = false;
    let received = '';
    const finish = (result: ProbeResult) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      resolve(result);
    };
    /** Whatever was received before the end is an answer. */
    const end = (withoutBytes: ProbeResult) => finish(received === '' ? withoutBytes : answered);
    const abort = () => finish(resultOf('timeout', 'the probe was aborted before an answer'));
    const timer = setTimeout(() => end(resultOf('timeout', `no answer within ${timeout} ms`)), Math.max(timeout, 1));
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) {
      abort();
      return;
    }
    socket.write(`GET ${tlsOnlyPath ?? '/status'} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      isConnected = true;
    });
    socket.on('data', (text: string) => {
      received += text;
      const result = resultOn(received, tlsOnlyPath !== undefined);
      if (result !== undefined) {
        finish(result);
      }
    });
    socket.once('error', (error) => {
      const code = errorCode(error) || errorMessage(error);
      const closed = rejectedBy(closedByPeer, `the server closed the plaintext connection: ${code}`);
      end(withoutConnection(error, isConnected) ?? closed);
    });
    socket.once('close', () => {
      const closed = rejectedBy(closedByPeer, 'the server closed the plaintext connection without an answer');
      end(withoutConnection(undefined, isConnected) ?? closed);
    });
  });
}

const answered = resultOf('accepted', 'the port answers without TLS');

/** Undefined while more bytes are needed. */
function resultOn(received: string, tlsOnly: boolean): ProbeResult | undefined {
  if (tlsRecords.includes(received.charCodeAt(0))) {
    return rejectedBy(closedByPeer, 'the server answered the plaintext request with a TLS record');
  }
  if (requiresTls.test(received)) {
    const badRequest = { side: 'peer', by: 'http-status', number: 400, name: '400' } as const;
    return rejectedBy(badRequest, 'rejected by the server with HTTP status 400: it requires TLS');
  }
  if (tlsOnly && notFound.test(received)) {
    const rejection = { side: 'peer', by: 'http-status', number: 404, name: '404' } as const;
    return rejectedBy(
      rejection,
      'rejected by the server with HTTP status 404: without TLS it serves only health checks',
    );
  }
  if (tlsOnly && received.length < statusLength && 'HTTP/1.'.startsWith(received.slice(0, 7))) {
    return undefined;
  }
  const needsMore =
    received.length < mostCharacters && requiresTlsStart.startsWith(received.slice(0, requiresTlsStart.length));
  return needsMore ? undefined : answered;
}

/** Whether the port answers without TLS; undefined when it neither answered nor rejected the request. */
export async function answersPlaintext(
  target: PlaintextTarget,
  timeout: number,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const { outcome } = await requestPlaintext(target, timeout, signal);
  return outcome === 'accepted' ? true : outcome === 'rejected' ? false : undefined;
}
