import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { asDeployed, startAgent, sumOf } from './agent.js';
import { writeCredentials } from './credentials.js';
import { bestNode } from './nodes.js';
import { table, writeSection } from './page.js';
import { type Gaps, startPorts } from './ports.js';
import { cpuSeconds, ended, residentKilobytes } from './process.js';

/** The agent over many ports for a while; the argument is minutes, 60 by default. */
const minutes = Number(process.argv[2] ?? 60);
const count = 1_000;
const interval = 15;
/** Milliseconds between two probes of a port by the agent's plan, at most: its jitter is a tenth. */
const planned = interval * 1_100;

interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
}

const files = await writeCredentials();
const { child: targets, ports, gaps } = await startPorts(files, count);
const { child, metrics, ready } = await startAgent(files, {
  ...{ node: bestNode.program, before: asDeployed(), component: 'tidb', ports, interval: `${interval}s` },
});
await ready();
// The first cycle leaves at once every port to the rhythm, spread over one interval.
await pause(2 * interval * 1_000);
await gaps();
const start = performance.now();
const cpu = cpuSeconds(child.pid);
const samples: Sample[] = [];
const quarters: Gaps[] = [];
const elapsed = () => (performance.now() - start) / 1_000;
for (let quarter = 1; quarter <= 4; quarter++) {
  while (elapsed() < quarter * 15 * minutes) {
    await pause(Math.min(interval, quarter * 15 * minutes - elapsed()) * 1_000);
    // As Prometheus does meanwhile.
    await metrics();
    samples.push({ seconds: elapsed(), megabytes: residentKilobytes(child.pid) / 1024 });
  }
  quarters.push(await gaps());
  process.stderr.write(`${JSON.stringify([samples.at(-1), quarters.at(-1)])}\n`);
}
const spent = cpuSeconds(child.pid) - cpu;
const seconds = elapsed();
const text = await metrics();
const probes = sumOf(text, 'tidb_mtls_probes_total');
const others = sumOf(text.replaceAll(/^.*outcome="accepted".*$/gm, ''), 'tidb_mtls_probes_total');
await ended(child, 'SIGTERM');
await ended(targets);
rmSync(files.directory, { recursive: true, force: true });

/** What it held at most at a time up to this one: a sample is taken between two garbage collections, or not. */
function held(until: number, since: number): string {
  const during = samples.filter((one) => one.seconds > since && one.seconds <= until).map(({ megabytes }) => megabytes);
  return during.length === 0 ? '' : `${Math.round(Math.min(...during))} to ${Math.round(Math.max(...during))}`;
}

const quarter = 15 * minutes;
const rows = [
  ['the first minute', held(60 + interval, 0), '', '', '', ''],
  ...quarters.map(({ connections, median, p99, worst }, at) => [
    `quarter ${at + 1}`,
    held((at + 1) * quarter + 1, at * quarter),
    ...[connections, (median / 1_000).toFixed(1), (p99 / 1_000).toFixed(1)],
    (Math.max(0, worst - planned) / 1_000).toFixed(2),
  ]),
  ['the end', `${Math.round(samples.at(-1)?.megabytes ?? Number.NaN)}`, '', '', '', ''],
];
const head = [
  ...['time', 'resident, MB', 'connections', 'between two of a port: median, s', '99 of 100, s'],
  'worst lateness, s',
];
writeSection(
  'An hour of the agent',
  `${minutes} minutes over ${count} TiDB status ports, each probed every ${interval} s, negative probes off, scraped as often; ${bestNode.name}
on one core, as the unit starts it, the ports in one process on the other. The ports note when they are called: the plan
is ${interval} s with a tenth to either side, and what comes later than ${planned / 1_000} s after the last is late, for whatever reason.

${table(head, rows)}

${probes} probes in all, ${others} of them not accepted; ${((spent / seconds) * 100).toFixed(1)} % of one core.
`,
);
process.exit(others === 0 ? 0 : 1);
