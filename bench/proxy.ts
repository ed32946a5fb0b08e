import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { notMeasured, writeSection } from './page.js';
import { type Peer, peers } from './peers.js';
import {
  cpuSeconds,
  documentsOf,
  ended,
  freePort,
  listening,
  median,
  onCore,
  residentKilobytes,
  script,
} from './process.js';
import { short } from './short.js';

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

const rounds = short ? 1 : 3;
const handshakes = short ? 300 : 2_000;
const idleConnections = 500;

async function main(): Promise<void> {
  const files = await writeCredentials();
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
  writeSection('The proxy', render([...measured.values()].map(typical), absent));
}

interface Generator {
  readonly child: ChildProcess;
  readonly target: number;
  ask(work: object): Promise<Record<string, number>>;
}

async function startGenerator({ ca, clientCert, clientKey }: BenchFiles): Promise<Generator> {
  const child = script(1, 'generator.ts', [ca, clientCert, clientKey]);
  const read = documentsOf<Record<string, number>>(child);
  const { target = 0 } = await read();
  return {
    child,
    target,
    ask: async (work) => {
      child.stdin?.write(`${JSON.stringify(work)}\n`);
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
  const child = onCore(0, peer.program ?? '', peer.args(files, port, generator.target));
  child.stdout?.resume();
  try {
    await listening(port, child);
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
    await ended(child);
  }
}

function typical(figures: readonly Figures[]): Figures {
  const [first] = figures;
  const middle = (of: (one: Figures) => number) => median(figures.map(of));
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
  return `Proxy on one core, load on the other; mutual TLS 1.3, P-256, no resumption, one byte there and back; median of
${rounds} interleaved rounds.

| proxy | handshakes/s | CPU µs each | ratio | MiB/s, both ways | ping p50 / p99 µs | kB per idle connection |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
${notMeasured(absent)}`;
}

await main();
