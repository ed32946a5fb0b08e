import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runChecks } from '../checks/run-checks.js';
import { main as agentMain, startAgent, sumOf } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { bestNode } from './nodes.js';
import { table, writeSection } from './page.js';
import { startPorts } from './ports.js';
import { cpuSeconds, ended, median, residentKilobytes } from './process.js';
import { createCluster } from './scale-cluster.js';
import { evidenceOf, seriesOf } from './scale-registry.js';
import { short } from './short.js';

/** One agent on one core over more and more ports: what grows, and how. */
const sizes = short ? [10, 100, 1_000] : [10, 100, 1_000, 10_000];
/** Seconds between two probes of a port, and how long is measured. */
const interval = 60;
const measured = short ? 6 : interval;
/** Milliseconds between two probes of a port by the agent's plan, at most: its jitter is a tenth. */
const planned = interval * 1_100;
const portsOfNode = 5;

/** What is printed, by name; those that do not grow by what they do. */
type Figures = Readonly<Record<string, number>>;

const decimals: Readonly<Record<string, number>> = {
  'start until it serves, s': 2,
  'first cycle over every port, s': 2,
  'CPU at its rhythm, % of a core': 1,
  'probes done of those due, %': 0,
  'latest probe, s after its time': 2,
  'resident, MB': 0,
  series: 0,
  'a scrape, kB': 0,
  'a scrape, ms': 0,
  'evaluation of all checks, ms': 2,
  '`lint` of as many files, s': 2,
  '`lint`, files a second': 0,
};

async function measureAgent(files: BenchFiles, size: number): Promise<Figures> {
  const { child: targets, ports, gaps } = await startPorts(files, size);
  const agent = await startAgent(files, {
    ...{ node: bestNode.program, component: 'tidb', ports, interval: `${interval}s` },
  });
  const firstLook = await agent.ready();
  // The first cycle leaves at once every port to the rhythm, spread over one interval.
  await pause(measured * 1_000);
  await gaps();
  const probes = async () => sumOf(await agent.metrics(), 'tidb_mtls_probes_total');
  const before = await probes();
  const [cpu, start] = [cpuSeconds(agent.child.pid), performance.now()];
  await pause(measured * 1_000);
  const spent = cpuSeconds(agent.child.pid) - cpu;
  const seconds = (performance.now() - start) / 1_000;
  const done = (await probes()) - before;
  const { worst } = await gaps();
  const scrapes: number[] = [];
  for (let count = 0; count < 5; count++) {
    scrapes.push(await agent.scrape());
    await pause(1_000);
  }
  const text = await agent.metrics();
  const resident = residentKilobytes(agent.child.pid) / 1024;
  await ended(agent.child);
  await ended(targets);
  return {
    'start until it serves, s': agent.serves / 1_000,
    'first cycle over every port, s': firstLook / 1_000,
    'CPU at its rhythm, % of a core': (spent / seconds) * 100,
    'probes done of those due, %': (done / ((size * seconds) / interval)) * 100,
    'latest probe, s after its time': Math.max(0, worst - planned) / 1_000,
    'resident, MB': resident,
    series: seriesOf(text),
    'a scrape, kB': text.length / 1024,
    'a scrape, ms': median(scrapes),
  };
}

/** All checks over all ports of a cluster of TiDB, TiKV and PD, as the central agent knows it. */
async function measureEvaluation(size: number): Promise<Figures> {
  const cluster = await createCluster(size / portsOfNode);
  const evidence = await evidenceOf(cluster.central());
  const times = Array.from({ length: 11 }, () => {
    const start = performance.now();
    runChecks(evidence);
    return performance.now() - start;
  });
  return { 'evaluation of all checks, ms': median(times) };
}

/** The command, its start included. */
function measureLint(files: BenchFiles, size: number): Figures {
  const folder = join(files.directory, `lint-${size}`);
  mkdirSync(folder);
  const text = `advertise-addr = "10.0.1.2:20160"\n[security]\nca-path = "${files.ca}"\ncert-path = "${files.cert}"\nkey-path = "${files.key}"\ncert-allowed-cn = ["tidb", "pd", "tikv"]\n`;
  for (let index = 0; index < size; index++) {
    writeFileSync(join(folder, `tikv-${index}.toml`), text);
  }
  const start = performance.now();
  const { status, stderr } = spawnSync('taskset', ['-c', '0', bestNode.program, agentMain, 'lint', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1_000;
  if (status !== 0) {
    throw new Error(`lint ended with ${status}: ${stderr}`);
  }
  rmSync(folder, { recursive: true });
  return { '`lint` of as many files, s': seconds, '`lint`, files a second': size / seconds };
}

/** Over one step of sizes: 0 does not grow, 1 grows as the ports do. */
function exponent(values: readonly number[], step: number): string {
  const [before, after] = [values[step], values[step + 1]];
  const [small, large] = [sizes[step], sizes[step + 1]];
  return !before || !after || small === undefined || large === undefined
    ? ''
    : (Math.log(after / before) / Math.log(large / small)).toFixed(2);
}

async function main(): Promise<void> {
  const files = await writeCredentials();
  const all: Figures[] = [];
  for (const size of sizes) {
    const figures = {
      ...(await measureAgent(files, size)),
      ...(await measureEvaluation(size)),
      ...measureLint(files, size),
    };
    process.stderr.write(`${size}: ${JSON.stringify(figures)}\n`);
    all.push(figures);
  }
  rmSync(files.directory, { recursive: true, force: true });
  const steps = sizes.slice(1).map((_, step) => step);
  const rows = Object.entries(decimals).map(([name, digits]) => {
    const values = all.map((one) => one[name] ?? Number.NaN);
    return [name, ...values.map((value) => value.toFixed(digits)), ...steps.map((step) => exponent(values, step))];
  });
  const head = ['figure', ...sizes.map(String), ...steps.map((step) => `${sizes[step]}→${sizes[step + 1]}`)];
  writeSection(
    'Growth',
    `One agent on one core, TiDB status ports in one process on the other core, each probed every ${interval} s, negative probes off; the CPU over
${measured} s; ${bestNode.name}. The reader of a scrape discards it. The last columns are exponents of growth over one step: 0 stays, 1 grows as the ports do,
2 with their square. The evaluation is that of a cluster with as many ports of TiDB, TiKV and PD; \`lint\` reads configurations of
TiKV, its start included.

${table(head, rows)}
`,
  );
}

await main();
