import type { TlsConnection } from './tls-connection.js';

/** Status and body, of which no more is read than is kept. */
export interface HttpResponse {
  readonly status: number;
  readonly text: string;
}

export interface HttpQuestion {
  /** As in a URL: IPv6 in brackets, with the port. */
  readonly authority: string;
  readonly path: string;
  /** Bytes of the body that are kept; the rest is not read. */
  readonly largest: number;
}

/** One GET over a connection that is open, and ends with it. Rejects with NotThisProtocol for what is no HTTP/1.1. */
export type HttpExchange = (connection: TlsConnection, question: HttpQuestion) => Promise<HttpResponse>;

/** Bytes enough for what a component says of itself. */
export const largestBody = 64 * 1024;
/** Bytes enough for what PD says of two thousand stores, at about 1 KiB each. */
export const largestList = 2 * 1024 * 1024;
