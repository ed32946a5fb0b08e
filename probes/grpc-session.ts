import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { NotThisProtocol } from './classify.js';
import { grpcStatus, grpcStatusOfHttp, grpcStatusOfReset } from './grpc-status.js';
import type { TlsConnection } from './tls-connection.js';

/** How a unary call ended. Its message is not kept. */
export interface GrpcResponse {
  readonly status: number;
  /** `grpc-message`, or how the call ended without a gRPC status. */
  readonly details: string;
}

/** The largest answer that is read, in bytes; that of gRPC's own clients. */
const largestAnswer = 4 * 1024 * 1024;

/** An empty message: not compressed, of length 0. */
const emptyMessage = Buffer.alloc(5);

/**
 * gRPC over one connection that is open, for a call or two: HTTP/2 is Node's, and what gRPC puts on it is here. A channel
 * of grpc-js, made for one call, takes as much time again as the whole probe. It ends when its connection is destroyed,
 * and no earlier: nghttp2 must not be told to end while it reads, and Node calls us from within that.
 */
export class GrpcSession {
  readonly #connection: TlsConnection;
  readonly #authority: string;
  readonly #session: ClientHttp2Session;
  #error: Error | undefined;
  #spoke = false;

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
      this.#spoke = true;
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
    return new Promise((resolve, reject) => {
      stream.on('response', (headers) => {
        head = headers;
      });
      stream.on('trailers', (headers) => {
        trailers = headers;
      });
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > largestAnswer) {
          stream.close(constants.NGHTTP2_CANCEL);
          resolve({ status: grpcStatus('RESOURCE_EXHAUSTED'), details: 'the answer is too large' });
        }
      });
      stream.on('error', (error) => {
        this.#error ??= error;
      });
      stream.on('close', () => {
        const [status, details] = statusIn(trailers) ?? statusIn(head) ?? [];
        if (status !== undefined) {
          resolve({ status, details: details ?? '' });
        } else if (head !== undefined) {
          const http = Number(head[constants.HTTP2_HEADER_STATUS]);
          const said = `HTTP ${http} without a gRPC status`;
          resolve({ status: grpcStatusOfHttp(http), details: said });
        } else if (!this.#session.destroyed) {
          const reset = `the call was reset with HTTP/2 code ${stream.rstCode}`;
          resolve({ status: grpcStatusOfReset(stream.rstCode ?? 0), details: reset });
        } else {
          reject(this.#whyItEnded());
        }
      });
    });
  }

  /** What nghttp2 could make nothing of is no gRPC; who sent HTTP/2 settings had taken our certificate. */
  #whyItEnded(): Error {
    const { code } = (this.#error ?? {}) as NodeJS.ErrnoException;
    if (code === 'ERR_HTTP2_ERROR') {
      return new NotThisProtocol('gRPC');
    }
    return this.#spoke
      ? new NotThisProtocol('gRPC', 'the connection ended before it')
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

/** As the sender wrote it where it is not well encoded. */
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
