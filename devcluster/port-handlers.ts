import type { RequestListener } from 'node:http';
import type { GrpcAnswer } from './grpc-stream.js';

/** The answers of one port of the dev cluster. */
export interface PortHandlers {
  /** Answers HTTP/1.1; undefined when the port does not support it. */
  readonly http?: RequestListener;
  /** Answers a unary gRPC call. */
  readonly grpc?: (method: string, request: Buffer) => GrpcReply;
  /** The answer to plaintext HTTP; the port closes the connection when absent. */
  readonly plaintextRejection?: string;
  /** The gRPC answer to a name on no list; TiKV's answer when absent. */
  readonly nameRejection?: GrpcAnswer;
}

/** Undefined for an unknown method. */
export type GrpcReply = GrpcAnswer | undefined;
