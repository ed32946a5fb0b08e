import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Authority } from '../certs-dev/authority.js';
import { writeSection } from './page.js';
import { type BenchFiles, type Peer, peers } from './peers.js';

/** What one proxy was seen to do. */
interface Figures {
  readonly name: string;
  readonly handshakesPerSecond: number;
  readonly cpuPerHandshake: number;
  readonly mebibytesPerSecond: number;
  readonly pingP50: number;
  readonly pingP99: number;
  readonly idleKilobytes: number;
}

const rounds = 3;
const handshakes = 2_000;
const idleConnections = 500;
/** The kernel counts process time in these. */
const ticksPerSecond = 100;

async function main(): Promise<void> {
  const files = await filesFor(mkdtempSync(join(tmpdir(), 'tidb-mtls-bench-')));
  const generator = await startGenerator(files);
  const measured = new Map<string, Figures[]>();
  const present = peers.filter(({ program }) => program !== undefined);
  for (let round = 0; round < rounds; round++) {
    for (const peer of present) {
      const figures = await measure(peer, files, generator);
      measured.set(peer.name, [...(measured.get(peer.name) ?? []), figures]);
      process.stderr.write(
        `round ${round + 1}: ${peer.name}: ${Math.round(figures.handshakesPerSecond)} handshakes/s\n`,
      );
    }
  }
  generator.child.stdin?.end();
  rmSync(files.directory, { recursive: true, force: true });
  const absent = peers.filter(({ program }) => program === undefined);
  writeSection('The proxy', render([...measured.values()].map(median), absent));
}

async function filesFor(directory: string): Promise<BenchFiles> {
  const authority = await Authority.create();
  const hosts = { dns: ['localhost'], ip: ['127.0.0.1'] };
  const [server, client] = [
    await authority.issue({ commonName: 'server', ...hosts }),
    await authority.issue({ commonName: 'client' }),
  ];
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  write('client.crt', client.certificatePem);
  write('client.key', client.keyPem);
  return {
    ca: write('ca.crt', authority.certificatePem),
    cert: write('server.crt', server.certificatePem),
    key: write('server.key', server.keyPem),
    pair: write('server.both', server.certificatePem + server.keyPem),
    directory,
  };
}

interface Generator {
  readonly child: ChildProcess;
  readonly target: number;
  ask(work: object): Promise<Record<string, number>>;
}

async function startGenerator({ ca, directory }: BenchFiles): Promise<Generator> {
  const script = join(import.meta.dirname, 'generator.ts');
  const args = [
    '-c',
    '1',
    process.execPath,
    '--import',
    'tsx',
    script,
    ca,
    join(directory, 'client.crt'),
    join(directory, 'client.key'),
  ];
  const child = spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async () => JSON.parse((await lines.next()).value ?? '{}') as Record<string, number>;
  const { target = 0 } = await read();
  return {
    child,
    target,
    ask: async (work) => {
      child.stdin.write(`${JSON.stringify(work)}\n`);
      const answer = await read();
      if (answer.error !== undefined) {
        throw new Error(String(answer.error));
      }
      return answer;
    },
  };
}

async function measure(peer: Peer, files: BenchFiles, generator: Generator): Promise<Figures> {
  const port = await freePort();
  const args = ['-c', '0', peer.program ?? '', ...peer.args(files, port, generator.target)];
  const child = spawn('taskset', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await listening(port);
    // First of all, before garbage of handshakes makes room that idle connections would take.
    await generator.ask({ kind: 'handshakes', port, count: 50, concurrency: 16 });
    const resident = residentKilobytes(child.pid);
    await generator.ask({ kind: 'idle', port, count: idleConnections, concurrency: 16 });
    const held = residentKilobytes(child.pid);
    await generator.ask({ kind: 'idle', port, count: 0, concurrency: 1 });
    await generator.ask({ kind: 'handshakes', port, count: 300, concurrency: 16 });
    const before = cpuSeconds(child.pid);
    const { seconds = 1 } = await generator.ask({ kind: 'handshakes', port, count: handshakes, concurrency: 16 });
    const cpu = cpuSeconds(child.pid) - before;
    const bulk = await generator.ask({ kind: 'bulk', port, count: 128, concurrency: 2 });
    const pings = await generator.ask({ kind: 'pings', port, count: 2_000, concurrency: 1 });
    return {
      name: peer.name,
      handshakesPerSecond: handshakes / seconds,
      cpuPerHandshake: (cpu / handshakes) * 1e6,
      mebibytesPerSecond: 256 / (bulk.seconds ?? 1),
      pingP50: pings.p50 ?? 0,
      pingP99: pings.p99 ?? 0,
      idleKilobytes: Math.max(0, held - resident) / idleConnections,
    };
  } finally {
    child.kill('SIGKILL');
    await pause(200);
  }
}

/** User and system time of a process. */
function cpuSeconds(pid = 0): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function residentKilobytes(pid = 0): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) {
      return;
    }
    await pause(50);
  }
  throw new Error(`nothing listens on ${port}`);
}

function median(figures: readonly Figures[]): Figures {
  const [first] = figures;
  const middle = (of: (one: Figures) => number) =>
    [...figures].map(of).sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
  return {
    name: first?.name ?? '',
    handshakesPerSecond: middle((one) => one.handshakesPerSecond),
    cpuPerHandshake: middle((one) => one.cpuPerHandshake),
    mebibytesPerSecond: middle((one) => one.mebibytesPerSecond),
    pingP50: middle((one) => one.pingP50),
    pingP99: middle((one) => one.pingP99),
    idleKilobytes: middle((one) => one.idleKilobytes),
  };
}

function render(figures: readonly Figures[], absent: readonly Peer[]): string {
  const best = Math.min(...figures.map(({ cpuPerHandshake }) => cpuPerHandshake));
  const rows = figures.map(
    (one) =>
      `| ${one.name} | ${Math.round(one.handshakesPerSecond)} | ${Math.round(one.cpuPerHandshake)} | ${(one.cpuPerHandshake / best).toFixed(2)} | ${Math.round(one.mebibytesPerSecond)} | ${Math.round(one.pingP50)} / ${Math.round(one.pingP99)} | ${Math.round(one.idleKilobytes)} |`,
  );
  const missing = absent.map(({ name, install }) => `${name} (${install})`);
  return `Proxy on one core, load on the other (${cpus()[0]?.model ?? 'unknown CPU'}); mutual TLS 1.3, P-256, no resumption, one byte there
and back; median of ${rounds} interleaved rounds.

| proxy | handshakes/s | CPU µs each | ratio | MiB/s, both ways | ping p50 / p99 µs | kB per idle connection |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
${missing.length === 0 ? '' : `\nNot measured: ${missing.join(', ')}.\n`}`;
}

await main();
