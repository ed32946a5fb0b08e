import type { Dispatcher } from 'undici';
import { receivedAlert } from './alerts.js';
import { HttpClient } from './http-client.js';
import { InvalidAnswer, isProtocolError } from './protocol-error.js';
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
 * One GET over an open connection, which is destroyed with the response. Rejects with InvalidAnswer or an error of
 * undici's parser when the answer is not an HTTP/1.1 response, and with the connection's error when there is none.
 */
export async function exchange(connection: TlsConnection, request: HttpRequest): Promise<HttpResponse> {
  if (connection.socket.bytesRead > 0) {
    throw new InvalidAnswer('the server sent data before the HTTP request');
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
  const body = new Body(largest);
  let status = 0;
  return new Promise((resolve, reject) => {
    const finish = () => {
      // undici would destroy it with an error, whose stack takes some 40 µs.
      socket.destroy();
      resolve({ status, text: body.text() });
    };
    client.get(socket, authority, path, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, statusCode) => {
        status = statusCode;
      },
      onResponseData: (_controller, chunk) => {
        if (body.add(chunk)) {
          finish();
        }
      },
      onResponseEnd: finish,
      onResponseError: (_controller, error) => {
        const isIncomplete =
          socket.bytesRead > 0 && !isProtocolError(error) && receivedAlert(firstError()) === undefined;
        const message = 'the connection ended before the HTTP response was complete';
        reject(isIncomplete ? new InvalidAnswer(message, { isIncomplete }) : error);
      },
    } satisfies Dispatcher.DispatchHandler);
  });
}

/** The first bytes of a body, copied: each of a million chunks of one byte would keep the packet that it came in. */
class Body {
  readonly #largest: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(largest: number) {
    this.#largest = largest;
  }

  /** True once there are no more to be kept. */
  add(chunk: Buffer): boolean {
    const kept = chunk.subarray(0, this.#largest - this.#length);
    if (this.#length + kept.length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.min(this.#largest, 2 * (this.#length + kept.length)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    kept.copy(this.#bytes, this.#length);
    this.#length += kept.length;
    return this.#length >= this.#largest;
  }

  text(): string {
    return this.#bytes.subarray(0, this.#length).toString('utf8');
  }
}
