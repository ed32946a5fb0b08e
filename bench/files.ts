import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startAgent } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { bestNode, versionOf } from './nodes.js';
import { notMeasured, table, writeSection } from './page.js';
import { onPath } from './peers.js';
import { cpuSeconds, ended, freePort, listening, onCore, residentKilobytes } from './process.js';
import { short } from './short.js';

/** What it takes to read many certificate files and to show them; beside x509-certificate-exporter. */
const certificates = short ? 100 : 1_000;

interface Figures {
  /** Seconds of CPU from the start of the process until all of them are shown. */
  readonly first: number;
  /** And until one that was replaced is shown anew. */
  readonly again: number;
  readonly megabytes: number;
}

interface Reader {
  readonly name: string;
  readonly start: (files: BenchFiles, folder: string) => Promise<Running>;
}

interface Running {
  readonly pid: number | undefined;
  /** What it shows now; that is what a scrape costs, too. */
  shown(): Promise<string>;
  /** How it writes the serial number of a certificate. */
  serial(file: string): string;
  stop(): Promise<void>;
}

const exporter = onPath('x509-certificate-exporter');
const install = 'go install github.com/enix/x509-certificate-exporter/v4/cmd/x509-certificate-exporter@latest';

const readers: readonly Reader[] = [
  { name: `tidb-mtls-agent run, ${bestNode.name}`, start: startOurs },
  ...(exporter === undefined
    ? []
    : [
        {
          name: `x509-certificate-exporter ${versionOf(exporter)}`,
          start: (_files: BenchFiles, folder: string) => startExporter(exporter, folder),
        },
      ]),
];

/** A hexadecimal number without what programs write differently. */
function serialOf(file: string): bigint {
  const text = execFileSync('openssl', ['x509', '-in', file, '-noout', '-serial'], { encoding: 'utf8' });
  return BigInt(`0x${text.trim().split('=')[1]}`);
}

/** A router per file, whom no other router calls. Its port is closed, which costs a probe each: the agent never reads alone. */
async function startOurs(files: BenchFiles, folder: string): Promise<Running> {
  const agent = await startAgent(files, {
    ...{ node: bestNode.program, component: 'router', interval: '1h', log: 'ignore' },
    ports: Array.from({ length: certificates }, (_, index) => 1 + index),
    instance: (index) =>
      `ca-path = "${files.ca}"\ncert-path = "${join(folder, `${index}.crt`)}"\nkey-path = "${join(folder, `${index}.key`)}"\n`,
  });
  return {
    pid: agent.child.pid,
    shown: agent.metrics,
    serial: (file) => serialOf(file).toString(16),
    stop: () => ended(agent.child),
  };
}

async function startExporter(program: string, folder: string): Promise<Running> {
  const port = await freePort();
  const child = onCore(0, program, [`--watch-dir=${folder}`, `--listen-address=127.0.0.1:${port}`]);
  child.stdout?.resume();
  await listening(port, child);
  return {
    pid: child.pid,
    shown: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    serial: (file) => serialOf(file).toString(),
    stop: () => ended(child),
  };
}

async function writePair({ authority }: BenchFiles, folder: string, index: number): Promise<void> {
  const pair = await authority.issue({ commonName: `one-${index}`, ip: ['127.0.0.1'] });
  writeFileSync(join(folder, `${index}.key`), pair.keyPem, { mode: 0o600 });
  writeFileSync(join(folder, `${index}.crt`), pair.certificatePem);
}

async function measure({ start }: Reader, files: BenchFiles, folder: string): Promise<Figures> {
  const running = await start(files, folder);
  const one = join(folder, `${certificates - 1}.crt`);
  const until = async (serial: string) => {
    while (!(await running.shown()).toLowerCase().includes(`serial_number="${serial}"`)) {
      await pause(1_000);
    }
    return cpuSeconds(running.pid);
  };
  const first = await until(running.serial(one));
  const megabytes = residentKilobytes(running.pid) / 1024;
  await writePair(files, folder, certificates - 1);
  const again = (await until(running.serial(one))) - first;
  await running.stop();
  return { first, again, megabytes };
}

async function main(): Promise<void> {
  const files = await writeCredentials();
  const folder = join(files.directory, 'many');
  mkdirSync(folder);
  for (let index = 0; index < certificates; index++) {
    await writePair(files, folder, index);
  }
  const rows: (string | number)[][] = [];
  for (const reader of readers) {
    const { first, again, megabytes } = await measure(reader, files, folder);
    rows.push([reader.name, first.toFixed(2), again.toFixed(2), Math.round(megabytes)]);
  }
  rmSync(files.directory, { recursive: true, force: true });
  const absent = exporter === undefined ? [{ name: 'x509-certificate-exporter', install }] : [];
  writeSection(
    'Reading certificate files',
    `${certificates} certificate files on one core. First: CPU from the start of the process until \`/metrics\` shows them all;
again: until it shows the one that was replaced; scraped once a second meanwhile. The agent reads a key and a CA with
each, evaluates them, and probes a port for each, which is closed.

${table(['reader', 'first, s of CPU', 'again, s of CPU', 'resident, MB'], rows)}
${notMeasured(absent)}`,
  );
}

await main();
