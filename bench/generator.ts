import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';

/** The load: a process of its own, so that its time is not the proxy's. Commands come as JSON lines on standard input. */
interface Work {
  readonly kind: 'handshakes' | 'bulk' | 'pings' | 'idle';
  readonly port: number;
  readonly count: number;
  readonly concurrency: number;
}

const [ca = '', cert = '', key = ''] = process.argv.slice(2);

/** The target behind every proxy: echoes. */
const echo = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});

function context(): SecureContext {
  const [caPem, certPem, keyPem] = [ca, cert, key].map((file) => readFileSync(file));
  return createSecureContext({ ca: caPem, cert: certPem, key: keyPem, minVersion: 'TLSv1.3' });
}

const secureContext = context();

function dial(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ host: '127.0.0.1', port, secureContext, servername: 'localhost' }, () =>
      resolve(socket),
    );
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

function byte(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed before an answer')));
    socket.write('x');
  });
}

/** TCP, mutual TLS 1.3 without resumption, one byte there and back, close. */
async function handshake(port: number): Promise<void> {
  const socket = await dial(port);
  await byte(socket);
  socket.destroy();
}

async function repeat(count: number, concurrency: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) {
        await act();
      }
    }),
  );
}

/** MiB there and back over each connection. */
async function bulk(port: number, mebibytes: number): Promise<void> {
  const socket = await dial(port);
  const block = Buffer.alloc(1 << 20, 7);
  let received = 0;
  const all = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received >= mebibytes << 20) {
        resolve();
      }
    });
    socket.once('error', reject);
  });
  for (let index = 0; index < mebibytes; index++) {
    if (!socket.write(block)) {
      await new Promise((resolve) => socket.once('drain', resolve));
    }
  }
  await all;
  socket.destroy();
}

/** Round trips of one byte over a connection; their times in microseconds, sorted. */
async function pings(port: number, count: number): Promise<readonly number[]> {
  const socket = await dial(port);
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await byte(socket);
    times.push((performance.now() - start) * 1000);
    socket.removeAllListeners('error');
    socket.removeAllListeners('close');
  }
  socket.destroy();
  return times.sort((a, b) => a - b);
}

const held: TLSSocket[] = [];

async function work({ kind, port, count, concurrency }: Work): Promise<unknown> {
  const start = performance.now();
  switch (kind) {
    case 'handshakes':
      await repeat(count, concurrency, () => handshake(port));
      return { seconds: (performance.now() - start) / 1000 };
    case 'bulk':
      await Promise.all(Array.from({ length: concurrency }, () => bulk(port, count)));
      return { seconds: (performance.now() - start) / 1000 };
    case 'pings': {
      const times = await pings(port, count);
      return { p50: times[Math.floor(count / 2)], p99: times[Math.floor(count * 0.99)] };
    }
    case 'idle':
      if (count === 0) {
        for (const socket of held.splice(0)) {
          socket.destroy();
        }
      }
      await repeat(count, concurrency, async () => {
        const socket = await dial(port);
        socket.on('error', () => socket.destroy());
        await byte(socket);
        held.push(socket);
      });
      return {};
  }
}

echo.listen(0, '127.0.0.1', () => {
  const address = echo.address();
  process.stdout.write(`${JSON.stringify({ target: typeof address === 'object' ? address?.port : 0 })}\n`);
});

let buffered = '';
process.stdin.on('data', (chunk) => {
  buffered += chunk;
  const lines = buffered.split('\n');
  buffered = lines.pop() ?? '';
  for (const line of lines) {
    work(JSON.parse(line) as Work).then(
      (result) => process.stdout.write(`${JSON.stringify(result)}\n`),
      (error: unknown) => process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`),
    );
  }
});
process.stdin.on('end', () => process.exit());
