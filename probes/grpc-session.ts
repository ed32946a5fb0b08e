import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { grpcStatus, grpcStatusOfHttp, grpcStatusOfReset } from './grpc-status.js';
import { InvalidAnswer } from './protocol-error.js';
import type { TlsConnection } from './tls-connection.js';

/** How a unary call ended. */
export interface GrpcResponse {
  readonly status: number;
  /** The first bytes of the answer, with the head of its frame: enough for a health check. */
  readonly start: Buffer;
  /** `grpc-message`, or how the call ended without a gRPC status. */
  readonly details: string;
}

/** The largest answer that is read, in bytes; that of gRPC's own clients. */
const largestAnswer = 4 * 1024 * 1024;

/** Bytes of an answer that are kept. */
const longestStart = 64;

/** A frame with an empty message, not compressed. */
const emptyMessage = Buffer.alloc(5);

/**
 * gRPC over one open connection, for one or two calls: HTTP/2 is Node's, the gRPC part is here
 * (docs/decisions/grpc-probes.md). The session ends when its connection is destroyed and never earlier: Node calls back
 * while nghttp2 reads, and nghttp2 must not end a session then.
 */
export class GrpcSession {
  readonly #connection: TlsConnection;
  readonly #authority: string;
  readonly #session: ClientHttp2Session;
  #error: Error | undefined;
  #hasSettings = false;

  constructor(connection: TlsConnection, authority: string) {
    this.#connection = connection;
    this.#authority = authority;
    this.#session = connect(`https://${authority}`, {
      createConnection: () => connection.socket,
      settings: { enablePush: false },
    });
    this.#session.on('error', (error) => {
      this.#error ??= error;
    });
    this.#session.once('remoteSettings', () => {
      this.#hasSettings = true;
    });
  }

  /** One call of `/package.Service/Method` with an empty message. Rejects when the connection ends before the answer. */
  call(method: string, milliseconds: number): Promise<GrpcResponse> {
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_AUTHORITY]: this.#authority,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
      'grpc-timeout': `${Math.ceil(milliseconds)}m`,
    });
    stream.end(emptyMessage);
    return this.#answer(stream);
  }

  #answer(stream: ClientHttp2Stream): Promise<GrpcResponse> {
    let head: IncomingHttpHeaders | undefined;
    let trailers: IncomingHttpHeaders | undefined;
    let length = 0;
    let start = Buffer.alloc(0);
    return new Promise((resolve, reject) => {
      stream.on('response', (headers) => {
        head = headers;
      });
      stream.on('trailers', (headers) => {
        trailers = headers;
      });
      stream.on('data', (chunk: Buffer) => {
        start = length < longestStart ? Buffer.concat([start, chunk]).subarray(0, longestStart) : start;
        length += chunk.length;
        if (length > largestAnswer) {
          stream.close(constants.NGHTTP2_CANCEL);
          resolve({ status: grpcStatus('RESOURCE_EXHAUSTED'), start, details: 'the answer is too large' });
        }
      });
      stream.on('error', (error) => {
        this.#error ??= error;
      });
      stream.on('close', () => {
        const [status, details] = statusIn(trailers) ?? statusIn(head) ?? [];
        if (status !== undefined) {
          resolve({ status, start, details: details ?? '' });
        } else if (head !== undefined) {
          const http = Number(head[constants.HTTP2_HEADER_STATUS]);
          resolve({ status: grpcStatusOfHttp(http), start, details: `HTTP ${http} without a gRPC status` });
        } else if (!this.#session.destroyed) {
          const details = `the call was reset with HTTP/2 code ${stream.rstCode}`;
          resolve({ status: grpcStatusOfReset(stream.rstCode ?? 0), start, details });
        } else {
          reject(this.#whyItEnded());
        }
      });
    });
  }

  /** A server that sent HTTP/2 settings had accepted the certificate, so that its close is no rejection. */
  #whyItEnded(): Error {
    const { code } = (this.#error ?? {}) as NodeJS.ErrnoException;
    if (code === 'ERR_HTTP2_ERROR') {
      return new InvalidAnswer('the answer is not HTTP/2');
    }
    return this.#hasSettings
      ? new InvalidAnswer('the connection ended before the gRPC status', { isIncomplete: true })
      : (this.#connection.firstError() ?? this.#error ?? new Error('closed'));
  }
}

function statusIn(headers: IncomingHttpHeaders | undefined): readonly [number, string] | undefined {
  const status = headers?.['grpc-status'];
  if (status === undefined || Array.isArray(status) || !/^\d{1,9}$/.test(status)) {
    return undefined;
  }
  return [Number(status), percentDecoded(String(headers?.['grpc-message'] ?? ''))];
}

/** The text as it was sent where its percent-encoding is malformed. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error: unknown) {
    if (error instanceof URIError) {
      return text;
    }
    throw error;
  }
}
