import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../../credentials/error-text.js';
import { withoutKeys } from '../../credentials/without-keys.js';

export interface Answer {
  readonly status: number;
  readonly type?: string;
  /** Text, or for megabytes its parts; each part ends at the end of a line. */
  readonly body: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of plain text. */
export function text(status: number, body: string): Answer {
  return { status, body: `${body}\n` };
}

/** Sends it as fast as the client reads, and ends the response; rejects when a part cannot be produced. */
export async function sendBody(body: Answer['body'], response: ServerResponse): Promise<void> {
  if (typeof body === 'string') {
    response.end(withoutKeys(body));
    return;
  }
  await pipeline(body, inBytes, response).catch((error: unknown) => {
    if (!isClientGone(error)) {
      throw error;
    }
  });
}

async function* inBytes(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield Buffer.from(withoutKeys(part));
  }
}

function isClientGone(error: unknown): boolean {
  return errorCode(error) === 'ERR_STREAM_PREMATURE_CLOSE';
}
