import { connect } from 'node:net';
import { lookup } from './lookup.js';
import type { Rejection } from './observation.js';

/** What came of plain HTTP, sent at once; a refusal says how. */
export type PlaintextAnswer =
  | { readonly kind: 'answered' | 'unreachable' | 'silent'; readonly detail: string }
  | { readonly kind: 'rejected'; readonly detail: string; readonly rejection: Rejection };

const close: Rejection = { side: 'peer', by: 'close', number: undefined, name: 'close' };

/** Go's HTTP server says so in plaintext on a TLS port, and nothing else: TiProxy's API port does. */
const goesOnWith = 'HTTP/1.0 400 Bad Request';
const tlsOnly = /^HTTP\/1\.0 400 Bad Request\r\n[\s\S]*\bClient sent an HTTP request to an HTTPS server\./;
const badRequest: Rejection = { side: 'peer', by: 'http-status', number: 400, name: '400' };
const mostCharacters = 1_024;

/**
 * Asks the port in plain HTTP, a whole request at once: a connection that says nothing would hold up a TiKV status
 * port. An answer is bytes that are no TLS record, and do not say that the port wants TLS.
 */
export function askPlaintext(
  target: { readonly host: string; readonly port: number },
  timeout: number,
  signal?: AbortSignal,
): Promise<PlaintextAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, lookup });
    let connected = false;
    let heard = '';
    const finish = (answer: PlaintextAnswer) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = () => finish({ kind: 'silent', detail: 'cut short before an answer' });
    const end = (otherwise: PlaintextAnswer) => finish(heard === '' ? otherwise : answered);
    const timer = setTimeout(
      () => end({ kind: 'silent', detail: `no answer within ${timeout} ms` }),
      Math.max(timeout, 1),
    );
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) {
      abort();
      return;
    }
    socket.write(`GET /status HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
    socket.once('connect', () => {
      connected = true;
    });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      heard += text;
      const result = resultOn(heard);
      if (result !== undefined) {
        finish(result);
      }
    });
    socket.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message;
      end(
        connected
          ? { kind: 'rejected', detail: `closed: ${code}`, rejection: close }
          : { kind: 'unreachable', detail: `no connection: ${code}` },
      );
    });
    socket.once('close', () => {
      const detail = 'closed without an answer';
      end(connected ? { kind: 'rejected', detail, rejection: close } : { kind: 'unreachable', detail });
    });
  });
}

const answered: PlaintextAnswer = { kind: 'answered', detail: 'the port answers without TLS' };

/** Undefined while more is needed to tell. */
function resultOn(heard: string): PlaintextAnswer | undefined {
  // 21 is a TLS alert record; 22 a handshake one.
  if (heard.startsWith('\u0015') || heard.startsWith('\u0016')) {
    return { kind: 'rejected', detail: 'answered with a TLS record', rejection: close };
  }
  if (tlsOnly.test(heard)) {
    return { kind: 'rejected', detail: 'answered HTTP 400: it takes TLS only', rejection: badRequest };
  }
  const mayYetSay = heard.length < mostCharacters && goesOnWith.startsWith(heard.slice(0, goesOnWith.length));
  return mayYetSay ? undefined : answered;
}

/** True when it answers without TLS, false when it refuses to; undefined when neither was seen. */
export async function answersPlaintext(
  target: { readonly host: string; readonly port: number },
  timeout: number,
): Promise<boolean | undefined> {
  const { kind } = await askPlaintext(target, timeout);
  return kind === 'answered' ? true : kind === 'rejected' ? false : undefined;
}
