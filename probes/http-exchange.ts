import type { TlsConnection } from './tls-connection.js';

/** Status and body, of which no more is read than is kept; `text` is its first 64 KiB. */
export interface HttpResponse {
  readonly status: number;
  readonly text: string;
}

export interface HttpQuestion {
  /** As in a URL: IPv6 in brackets, with the port. */
  readonly authority: string;
  readonly path: string;
}

/** One GET over a connection that is open, and ends with it. Rejects with NotThisProtocol for what is no HTTP/1.1. */
export type HttpExchange = (connection: TlsConnection, question: HttpQuestion) => Promise<HttpResponse>;

/** Bytes of a body that are kept; the rest is not read. */
export const largestBody = 64 * 1024;
