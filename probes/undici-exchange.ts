import { type buildConnector, Client } from 'undici';
import type { HttpQuestion, HttpResponse } from './http-exchange.js';
import type { TlsConnection } from './tls-connection.js';

/** The exchange by undici: what is asked seldom, and what the lean exchange is held against. */
export async function undiciExchange(
  connection: TlsConnection,
  { authority, path, largest }: HttpQuestion,
): Promise<HttpResponse> {
  const client = new Client(`https://${authority}`, {
    connect: handOver(connection),
    // The deadline is that of the probe; undici's own timers would only blur it.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path, reset: true });
    return { status: statusCode, text: await readLimited(body, largest) };
  } finally {
    client.destroy().catch(() => undefined);
  }
}

/** Gives undici the one connection of the attempt; undici asks again when the first one was of no use. */
function handOver({ socket, firstError }: TlsConnection): buildConnector.connector {
  let given = false;
  return (_options, callback) => {
    if (given) {
      // An error of undici's own would only make it ask once more.
      callback(new Error(firstError()?.message ?? 'closed'), null);
    } else {
      given = true;
      // undici loses a request whose connection is handed over in the same tick.
      setImmediate(() => callback(null, socket));
    }
  };
}

async function readLimited(body: AsyncIterable<Buffer>, largest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= largest) {
      break;
    }
  }
  return Buffer.concat(chunks).subarray(0, largest).toString('utf8');
}
