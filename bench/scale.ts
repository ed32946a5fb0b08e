import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { startAgent, sumOf } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { writeSection } from './page.js';
import { cpuSeconds, documentsOf, ended, residentKilobytes, script } from './process.js';

/** One agent on one core over more and more ports: what grows, and how. */
const sizes = [10, 100, 1_000, 10_000] as const;
const interval = 60;
const node = process.env.NODE24 ?? process.execPath;

interface Figures {
  readonly ports: number;
  /** Seconds from the start to the first look at every port. */
  readonly firstLook: number;
  /** Of one core, in percent, while it probes at its rhythm. */
  readonly cpu: number;
  readonly megabytes: number;
  readonly series: number;
  readonly kilobytes: number;
  readonly scrapeMilliseconds: number;
  /** Probes done in an interval, of those that were due. */
  readonly done: number;
}

async function measure(files: BenchFiles, ports: readonly number[]): Promise<Figures> {
  const start = performance.now();
  const { child, metrics } = await startAgent(files, { node, component: 'tidb', ports, interval: `${interval}s` });
  const probes = async () => sumOf(await metrics(), 'tidb_mtls_probes_total');
  while ((await probes()) < ports.length) {
    await pause(250);
  }
  const firstLook = (performance.now() - start) / 1000;
  const before = await probes();
  const cpu = cpuSeconds(child.pid);
  await pause(interval * 1_000);
  const spent = cpuSeconds(child.pid) - cpu;
  const done = (await probes()) - before;
  const asked = performance.now();
  const text = await metrics();
  const scrapeMilliseconds = performance.now() - asked;
  const megabytes = residentKilobytes(child.pid) / 1024;
  await ended(child, 'SIGTERM');
  return {
    ports: ports.length,
    firstLook,
    cpu: (spent / interval) * 100,
    megabytes,
    series: text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length,
    kilobytes: text.length / 1024,
    scrapeMilliseconds,
    done: done / ports.length,
  };
}

function render(figures: readonly Figures[]): string {
  const rows = figures.map(
    (one) =>
      `| ${one.ports} | ${one.firstLook.toFixed(1)} | ${one.cpu.toFixed(1)} | ${Math.round(one.done * 100)} | ${Math.round(one.megabytes)} | ${one.series} | ${Math.round(one.kilobytes)} | ${Math.round(one.scrapeMilliseconds)} |`,
  );
  const [first, last] = [figures.at(-2), figures.at(-1)];
  const slope = (of: (one: Figures) => number) =>
    first === undefined || last === undefined
      ? 'unknown'
      : ((of(last) - of(first)) / ((last.ports - first.ports) / 1_000)).toFixed(1);
  return `One agent on one core (${cpus()[0]?.model ?? 'unknown CPU'}), TiDB status ports in one process on the other core, each probed every
${interval} s, strangers off.

| ports | first look, s | CPU, % | probes done of those due, % | resident MB | series | kB a scrape | scrape, ms |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

From the last but one row to the last, per 1000 ports: ${slope((one) => one.cpu)} % of a core, ${slope((one) => one.megabytes)} MB, ${slope((one) => one.scrapeMilliseconds)} ms a scrape.
`;
}

const files = await writeCredentials();
const figures: Figures[] = [];
for (const size of sizes) {
  const targets = script(1, 'targets.ts', [files.ca, files.cert, files.key, '1.3', String(size)]);
  const { ports } = await documentsOf<{ ports: readonly number[] }>(targets)();
  figures.push(await measure(files, ports));
  process.stderr.write(`${JSON.stringify(figures.at(-1))}\n`);
  await ended(targets);
}
rmSync(files.directory, { recursive: true, force: true });
writeSection('Scale', render(figures));
