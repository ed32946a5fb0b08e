import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentOptions, main as agentMain, asDeployed, startAgent, sumOf, writeConfig } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { howToHaveNode24, type NodeProgram, nodes } from './nodes.js';
import { notMeasured, table, writeSection } from './page.js';
import { startPorts } from './ports.js';
import { cpuSeconds, ended, median, residentKilobytes } from './process.js';
import { short } from './short.js';

/** From the start to the first result, and the memory of an agent that has nothing to do, and that did a day's work. */
const starts = short ? 2 : 15;
const ports = 10;
/** As many as ten ports have in a day at 15 s. */
const day = short ? 1_000 : (ports * 24 * 3_600) / 15;
/** The shortest that the configuration takes. */
const interval = '100ms';
/** Each port is called by each of them: more probes in an interval. */
const pairs = 4;
const parts = [0, 0.25, 0.5, 0.75, 1] as const;
const deployed = { component: 'tidb', before: asDeployed() } as const;

interface Starts {
  readonly serves: readonly number[];
  readonly result: readonly number[];
  readonly check: readonly number[];
}

interface Day {
  /** MB before it, after each quarter and at the end. */
  readonly resident: readonly number[];
  readonly seconds: number;
  readonly cpu: number;
}

async function measureStarts(files: BenchFiles, { program }: NodeProgram): Promise<Starts> {
  const targets = await startPorts(files, ports);
  const options: AgentOptions = { node: program, ...deployed, ports: targets.ports, interval: '15s' };
  const config = writeConfig(files, options);
  const measured = { serves: [] as number[], result: [] as number[], check: [] as number[] };
  for (let count = 0; count < starts; count++) {
    const agent = await startAgent(files, options);
    measured.result.push(await agent.ready());
    measured.serves.push(agent.serves);
    await ended(agent.child);
    const start = performance.now();
    const [status] = await once(
      spawn('taskset', ['-c', '0', ...deployed.before, program, agentMain, 'check', '--config', config], {
        stdio: 'ignore',
      }),
      'exit',
    );
    if (status !== 0) {
      throw new Error(`check ended with ${status}`);
    }
    measured.check.push(performance.now() - start);
  }
  await ended(targets.child);
  return measured;
}

/** As many probes as in a day, as fast as the agent takes them: by its own certificate and by those of TiDBs on its node. */
async function measureDay(files: BenchFiles, { name, program }: NodeProgram, core: 0 | 1): Promise<Day> {
  const targets = await startPorts(files, ports, { core: core === 0 ? 1 : 0 });
  for (let pair = 0; pair < pairs; pair++) {
    copyFileSync(files.cert, `${files.cert}.${pair}`);
    copyFileSync(files.key, `${files.key}.${pair}`);
  }
  const { child, metrics, ready } = await startAgent(files, {
    ...{ node: program, ...deployed, ports: targets.ports, interval, core },
    instance: (index) =>
      `ca-path = "${files.ca}"\ncert-path = "${files.cert}.${index % pairs}"\nkey-path = "${files.key}.${index % pairs}"\n`,
  });
  const start = performance.now();
  await ready();
  const resident: number[] = [];
  for (const part of parts) {
    while (sumOf(await metrics(), 'tidb_mtls_probes_total') < part * day) {
      await pause(1_000);
    }
    resident.push(residentKilobytes(child.pid) / 1024);
    process.stderr.write(`${name}: ${part * day} probes, ${resident.at(-1)} MB\n`);
  }
  const others = sumOf((await metrics()).replaceAll(/^.*outcome="accepted".*$/gm, ''), 'tidb_mtls_probes_total');
  if (others > 0) {
    throw new Error(`${others} probes were not accepted`);
  }
  const cpu = cpuSeconds(child.pid);
  await ended(child);
  await ended(targets.child);
  return { resident, seconds: (performance.now() - start) / 1_000, cpu };
}

async function measureIdle(files: BenchFiles, { program }: NodeProgram): Promise<number> {
  const targets = await startPorts(files, ports);
  const agent = await startAgent(files, { node: program, ...deployed, ports: targets.ports, interval: '15s' });
  await agent.ready();
  await pause(short ? 1_000 : 20_000);
  const megabytes = residentKilobytes(agent.child.pid) / 1024;
  await ended(agent.child);
  await ended(targets.child);
  return megabytes;
}

async function main(): Promise<void> {
  const files = await writeCredentials();
  const begun: Starts[] = [];
  const idle: number[] = [];
  for (const node of nodes) {
    begun.push(await measureStarts(files, node));
    idle.push(await measureIdle(files, node));
  }
  // Memory does not mind that they share the machine.
  const days = await Promise.all(nodes.map((node, at) => measureDay(files, node, at % 2 === 0 ? 0 : 1)));
  rmSync(files.directory, { recursive: true, force: true });
  writeSection('Start and memory', render(begun, idle, days));
}

function render(begun: readonly Starts[], idle: readonly number[], days: readonly Day[]): string {
  const times = (values: readonly number[] = []) =>
    `${Math.round(median(values))} / ${Math.round(Math.max(...values))}`;
  const rows = nodes.map(({ name }, at) => {
    const one = begun[at];
    const memory = days[at]?.resident.map(Math.round).join(', ') ?? '';
    return [
      name,
      ...[times(one?.serves), times(one?.result), times(one?.check)],
      ...[Math.round(idle[at] ?? Number.NaN), memory],
    ];
  });
  const head = [
    'with',
    ...['serves, ms', 'first result, ms', '`check`, ms', 'idle, MB', 'after 0, ¼, ½, ¾, all of a day, MB'],
  ];
  const took = days.map(({ seconds, cpu }) => `${Math.round(seconds)} s with ${Math.round(cpu)} s of CPU`).join(', ');
  const absent = nodes.length > 1 ? [] : [{ name: 'Node 24', install: howToHaveNode24 }];
  return `${ports} TiDB status ports, and the agent started with the environment of the unit. From the start of the process until \`/metrics\` is served, until every port has a result,
and the whole of \`check\`: median / worst of ${starts} on one core. Idle: resident after the first cycle and 20 s more. A day is ${day}
probes, as ${ports} ports have in 24 h at 15 s, at an interval of ${interval} with ${1 + pairs} certificates each; scraped once a second
meanwhile. It took ${took}.

${table(head, rows)}
${notMeasured(absent)}`;
}

await main();
