import { NotThisProtocol } from './classify.js';
import type { HttpQuestion, HttpResponse } from './http-exchange.js';
import { HttpResponseReader } from './http-response.js';
import type { TlsConnection } from './tls-connection.js';

/** The exchange of the question that is asked again and again: a client of undici, made for one request, takes a fifth of a probe. */
export function leanExchange(
  { socket, firstError }: TlsConnection,
  { authority, path, largest }: HttpQuestion,
): Promise<HttpResponse> {
  const reader = new HttpResponseReader(largest);
  return new Promise((resolve, reject) => {
    const read = (act: () => HttpResponse | undefined) => {
      try {
        const response = act();
        if (response !== undefined) {
          resolve(response);
        }
      } catch (error: unknown) {
        reject(error);
      }
    };
    if (socket.readableLength > 0) {
      reject(new NotThisProtocol('HTTP', 'it came before the question'));
      return;
    }
    socket.on('data', (bytes) => read(() => reader.push(bytes)));
    socket.once('end', () => read(() => reader.end()));
    socket.once('close', () => reject(firstError() ?? new Error('closed')));
    socket.write(`GET ${path} HTTP/1.1\r\nhost: ${authority}\r\nconnection: close\r\n\r\n`);
  });
}
