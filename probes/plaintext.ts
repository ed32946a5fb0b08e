import { connect } from 'node:net';
import { lookup } from './lookup.js';

/** What came of plain HTTP, sent at once. */
export interface PlaintextAnswer {
  readonly kind: 'answered' | 'closed' | 'unreachable' | 'silent';
  readonly detail: string;
}

/**
 * Asks the port in plain HTTP, a whole request at once: a connection that says nothing would hold up a TiKV status
 * port. An answer is bytes that are no TLS record.
 */
export function askPlaintext(
  target: { readonly host: string; readonly port: number },
  timeout: number,
): Promise<PlaintextAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port, lookup });
    let connected = false;
    const finish = (kind: PlaintextAnswer['kind'], detail: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ kind, detail });
    };
    const timer = setTimeout(() => finish('silent', `no answer within ${timeout} ms`), Math.max(timeout, 1));
    socket.write(`GET /status HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
    socket.once('connect', () => {
      connected = true;
    });
    // 21 is a TLS alert record; 22 a handshake one.
    socket.once('data', (bytes) =>
      bytes[0] === 21 || bytes[0] === 22
        ? finish('closed', 'answered with a TLS record')
        : finish('answered', 'the port answers without TLS'),
    );
    socket.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message;
      finish(connected ? 'closed' : 'unreachable', connected ? `closed: ${code}` : `no connection: ${code}`);
    });
    socket.once('close', () => finish(connected ? 'closed' : 'unreachable', 'closed without an answer'));
  });
}

/** True when it answers without TLS, false when it does not; undefined when nothing came within the timeout. */
export async function answersPlaintext(
  target: { readonly host: string; readonly port: number },
  timeout: number,
): Promise<boolean | undefined> {
  const { kind } = await askPlaintext(target, timeout);
  return kind === 'silent' ? undefined : kind === 'answered';
}
