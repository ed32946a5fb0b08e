import type { Dispatcher } from 'undici';
import { receivedAlert } from './alerts.js';
import { isProtocolError, NotThisProtocol } from './classify.js';
import { HttpClient } from './http-client.js';
import type { TlsConnection } from './tls-connection.js';

export interface HttpRequest {
  /** Host and port as in a URL: IPv6 in brackets. */
  readonly authority: string;
  readonly path: string;
  /** Bytes of the body that are kept; the rest is not read. */
  readonly largest: number;
}

export interface HttpResponse {
  readonly status: number;
  /** The body, or the first bytes of it, as UTF-8. */
  readonly text: string;
}

/** Clients without a request. There are never more than probes ran at once. */
const idleClients: HttpClient[] = [];

/**
 * One GET over an open connection, which ends with it. Rejects with NotThisProtocol or an error of undici's parser when
 * the answer is not an HTTP/1.1 response, and with the connection's error when there is no answer.
 */
export async function exchange(connection: TlsConnection, request: HttpRequest): Promise<HttpResponse> {
  if (connection.socket.readableLength > 0) {
    throw new NotThisProtocol('HTTP', 'the server sent it before the request');
  }
  const client = idleClients.pop() ?? new HttpClient();
  const response = await get(client, connection, request);
  // A client whose request failed is not used again.
  idleClients.push(client);
  return response;
}

function get(
  client: HttpClient,
  { socket, firstError }: TlsConnection,
  { authority, path, largest }: HttpRequest,
): Promise<HttpResponse> {
  const body: Buffer[] = [];
  let length = 0;
  let status = 0;
  let hasAnswer = false;
  socket.once('readable', () => {
    hasAnswer = socket.readableLength > 0;
  });
  return new Promise((resolve, reject) => {
    const finish = () => {
      // Before undici destroys it with an error, whose stack would take a twentieth of the probe.
      socket.destroy();
      resolve({ status, text: Buffer.concat(body).subarray(0, largest).toString('utf8') });
    };
    client.get(socket, authority, path, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        body.push(chunk);
        length += chunk.length;
        if (length >= largest) {
          finish();
        }
      },
      onResponseEnd: finish,
      onResponseError: (_controller, error) => {
        const cutOff = hasAnswer && !isProtocolError(error) && receivedAlert(firstError()) === undefined;
        reject(cutOff ? new NotThisProtocol('HTTP', 'the connection ended within it') : error);
      },
    } satisfies Dispatcher.DispatchHandler);
  });
}
