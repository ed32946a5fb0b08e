import type { TLSSocket } from 'node:tls';
import { type buildConnector, Client, type Dispatcher } from 'undici';

/** Bytes of a status line with its headers. */
const largestHead = 16 * 1024;

/**
 * A client of undici that sends each request over a connection handed to it, and opens none itself. It serves one
 * request at a time and repeats none. The connection ends with its request.
 */
export class HttpClient {
  #handedOver: TLSSocket | undefined;
  readonly #client: Client;

  constructor() {
    // Connections are handed over and each request names its host, so that the origin is never used.
    this.#client = new Client('http://localhost', {
      connect: (_options, callback) => this.#connect(callback),
      maxHeaderSize: largestHead,
      // The deadline is that of the attempt.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** `host` is the value of the Host header. The socket is destroyed after the response. */
  get(socket: TLSSocket, host: string, path: string, handler: Dispatcher.DispatchHandler): void {
    this.#handedOver = socket;
    this.#client.dispatch({ method: 'GET', path, headers: { host }, reset: true }, handler);
  }

  #connect(callback: buildConnector.Callback): void {
    const socket = this.#handedOver;
    this.#handedOver = undefined;
    if (socket === undefined) {
      // undici connects again when a connection ends before its request is written; an error of undici's own class
      // would make it do so for ever.
      callback(new Error('closed'), null);
    } else {
      // undici loses a request whose connection is handed over within the socket's `session` event.
      setImmediate(() => callback(null, socket));
    }
  }
}
