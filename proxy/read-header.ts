import type { Socket } from 'node:net';
import { decodeProxyHeader, type Endpoint } from './proxy-protocol.js';
import { Rejection } from './rejection.js';

/**
 * Reads the PROXY header that precedes everything else; the bytes after it stay in the socket. Resolves with the
 * client's address, undefined where the header names none. Rejects with Rejection.
 */
export function readProxyHeader(socket: Socket, timeout: number): Promise<Endpoint | undefined> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const stop = () => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', read);
      socket.off('end', ended);
      socket.off('close', ended);
    };
    const fail = (reason: string) => {
      stop();
      reject(new Rejection('invalid-proxy-header', reason));
    };
    const timer = setTimeout(() => fail(`no PROXY header within ${timeout} ms`), timeout);
    const ended = () => fail('the connection was closed before its PROXY header');
    const read = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const decoded = decodeProxyHeader(bytes);
      if (decoded.kind === 'invalid') {
        fail(decoded.reason);
      } else if (decoded.kind === 'header') {
        stop();
        const rest = bytes.subarray(decoded.length);
        if (rest.length > 0) {
          socket.unshift(rest);
        }
        resolve(decoded.source);
      }
    };
    socket.on('data', read);
    socket.once('end', ended);
    socket.once('close', ended);
    socket.resume();
  });
}
