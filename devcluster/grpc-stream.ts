import type { ServerHttp2Stream } from 'node:http2';

/** A gRPC status with its text, or the message of an OK. */
export type GrpcAnswer = { readonly status: number; readonly message: string } | Buffer;

/** The one message of a unary request. */
export async function requestOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).subarray(5);
}

export function respond(stream: ServerHttp2Stream, answer: GrpcAnswer): void {
  if (stream.destroyed) {
    return;
  }
  const body = Buffer.isBuffer(answer) ? framed(answer) : undefined;
  const { status, message } = Buffer.isBuffer(answer) ? { status: 0, message: '' } : answer;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () =>
    stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': encodeURIComponent(message) }),
  );
  stream.end(body);
}

/** The length-prefixed form of a gRPC message. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
