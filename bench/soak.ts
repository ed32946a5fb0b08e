import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createSecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import { Authority } from '../certs-dev/authority.js';
import { main } from './agent.js';
import { bestNode } from './nodes.js';
import { writeSection } from './page.js';
import { ended, endingWithUs, freePort, listening, residentKilobytes } from './process.js';

/** Minutes of rotation once a second under traffic; the argument, 30 by default. */
const minutes = Number(process.argv[2] ?? 30);
const connections = 100;

const directory = mkdtempSync(join(tmpdir(), 'tidb-mtls-soak-'));
const authority = await Authority.create();
const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };
const client = await authority.issue({ commonName: 'client' });
const files = { ca: join(directory, 'ca'), cert: join(directory, 'cert'), key: join(directory, 'key') };
const secureContext = createSecureContext({
  ca: authority.certificatePem,
  cert: client.certificatePem,
  key: client.keyPem,
});

async function rotate(): Promise<void> {
  const pair = await authority.issue({ commonName: 'server', ...hosts });
  writeFileSync(files.key, pair.keyPem);
  writeFileSync(files.cert, pair.certificatePem);
}

let failures = 0;
let corrupt = 0;
let exchanges = 0;
let bytes = 0;
const serials = new Set<string>();
let running = true;

/** One connection: blocks of random size there and back, compared by hash. */
async function exchange(port: number): Promise<void> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const dialled = tlsConnect({ host: '127.0.0.1', port, secureContext, servername: 'localhost' }, () =>
      resolve(dialled),
    );
    dialled.once('error', reject);
  });
  serials.add(socket.getPeerCertificate().serialNumber);
  for (let count = 0; count < 5 && running; count++) {
    const block = randomBytes(randomInt(1, 65_536));
    const received = createHash('sha256');
    let left = block.length;
    await new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer) => {
        received.update(chunk);
        left -= chunk.length;
        if (left <= 0) {
          socket.off('data', take);
          resolve();
        }
      };
      socket.on('data', take);
      socket.once('close', () => reject(new Error('closed')));
      socket.write(block);
    });
    socket.removeAllListeners('close');
    if (received.digest('hex') !== createHash('sha256').update(block).digest('hex')) {
      corrupt++;
    }
    exchanges++;
    bytes += block.length;
    await pause(randomInt(50, 250));
  }
  socket.destroy();
}

writeFileSync(files.ca, authority.certificatePem);
await rotate();
const echo = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
});
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
const target = echo.address();
if (typeof target !== 'object' || target === null) {
  throw new TypeError('a TCP server has a port');
}
const front = await freePort();
const proxy = spawn(
  bestNode.program,
  [
    main,
    ...['proxy', '--mode', 'terminate', '--listen', `127.0.0.1:${front}`, '--target', `127.0.0.1:${target.port}`],
    ...['--cacert', files.ca, '--cert', files.cert, '--key', files.key, '--allow-cn', 'client', '--log-level', 'error'],
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
endingWithUs(proxy);
await listening(front, proxy);

const end = performance.now() + minutes * 60_000;
const resident: number[] = [];
let rotations = 0;
const callers = Array.from({ length: connections }, async () => {
  while (running) {
    try {
      await exchange(front);
    } catch (error: unknown) {
      failures++;
      process.stderr.write(`${String(error)}\n`);
    }
  }
});
while (performance.now() < end) {
  await rotate();
  rotations++;
  if (rotations % 60 === 0) {
    resident.push(residentKilobytes(proxy.pid) / 1024);
  }
  await pause(1_000);
}
running = false;
await Promise.all(callers);
await ended(proxy, 'SIGTERM');
echo.close();
rmSync(directory, { recursive: true, force: true });
const quarters = [0, 0.25, 0.5, 0.75, 1].map((part) => resident[Math.round(part * (resident.length - 1))] ?? 0);
writeSection(
  'Rotation under traffic',
  `${minutes} minutes, ${connections} connections at a time, the pair of the proxy replaced once a second; ${bestNode.name}.

| | |
| --- | --- |
| rotations | ${rotations} |
| different certificates seen by clients | ${serials.size} |
| exchanges, compared by SHA-256 | ${exchanges} |
| data there and back | ${(bytes / 2 ** 30).toFixed(1)} GiB |
| failed connections | ${failures} |
| corrupt exchanges | ${corrupt} |
| resident memory of the proxy after the first minute, each quarter, the end | ${quarters.map(Math.round).join(', ')} MB |
`,
);
process.exit(failures + corrupt === 0 ? 0 : 1);
