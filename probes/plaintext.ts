import { connect } from 'node:net';
import type { ProbeTarget } from './prober.js';

/**
 * Asks the port in plain HTTP, bytes sent at once. True when it answers bytes that are no TLS record: the port does
 * without TLS. False when it closes or answers with an alert; undefined when the deadline decides nothing.
 */
export function answersPlaintext(target: ProbeTarget, timeout: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port });
    const finish = (answer: boolean | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(undefined), Math.max(timeout, 1));
    socket.write(`GET /status HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
    // 21 is a TLS alert record; 22 a handshake one.
    socket.once('data', (bytes) => finish(bytes[0] !== 21 && bytes[0] !== 22));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
