import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../../credentials/error-text.js';
import { withoutKeys } from '../../credentials/without-keys.js';

export interface Answer {
  readonly status: number;
  readonly type?: string;
  /** Text, or parts of it where it may be megabytes; none of them ends within a line. */
  readonly body: string | AsyncIterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One line of plain text. */
export function text(status: number, body: string): Answer {
  return { status, body: `${body}\n` };
}

/** Sends it no faster than it is read, and ends the response; rejects when a part cannot be made. */
export async function sendBody(body: Answer['body'], response: ServerResponse): Promise<void> {
  if (typeof body === 'string') {
    response.end(withoutKeys(body));
    return;
  }
  await pipeline(body, inBytes, response).catch((error: unknown) => {
    if (!isReaderGone(error)) {
      throw error;
    }
  });
}

async function* inBytes(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield Buffer.from(withoutKeys(part));
  }
}

function isReaderGone(error: unknown): boolean {
  return errorCode(error) === 'ERR_STREAM_PREMATURE_CLOSE';
}
