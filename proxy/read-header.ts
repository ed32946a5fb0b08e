import type { Socket } from 'node:net';
import { decodeProxyHeader, type Endpoint } from './proxy-protocol.js';

export type ReadHeader =
  | { readonly kind: 'header'; readonly source: Endpoint | undefined }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Reads the PROXY header that comes before everything else; what follows it stays in the socket. */
export function readProxyHeader(socket: Socket, timeout: number): Promise<ReadHeader> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const finish = (read: ReadHeader, rest?: Buffer) => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', take);
      socket.off('end', ended);
      socket.off('close', ended);
      if (rest !== undefined && rest.length > 0) {
        socket.unshift(rest);
      }
      resolve(read);
    };
    const timer = setTimeout(() => finish({ kind: 'invalid', reason: `no header within ${timeout} ms` }), timeout);
    const ended = () => finish({ kind: 'invalid', reason: 'closed before its header' });
    const take = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const decoded = decodeProxyHeader(bytes);
      if (decoded.kind === 'invalid') {
        finish(decoded);
      } else if (decoded.kind === 'header') {
        finish({ kind: 'header', source: decoded.source }, bytes.subarray(decoded.length));
      }
    };
    socket.on('data', take);
    socket.once('end', ended);
    socket.once('close', ended);
    socket.resume();
  });
}
