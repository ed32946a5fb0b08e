import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pLimit from 'p-limit';
import { startAgent, sumOf } from './agent.js';
import { type BenchFiles, writeCredentials } from './credentials.js';
import { howToHaveNode24, nodes, versionOf } from './nodes.js';
import { notMeasured, writeSection } from './page.js';
import { onPath } from './peers.js';
import { startPorts } from './ports.js';
import { cpuSeconds, documentsOf, ended, freePort, listening, median, onCore, script } from './process.js';
import { short } from './short.js';

/** CPU seconds per 1000 fresh probes, of the process that probes, over many targets; beside blackbox_exporter. */
const rounds = short ? 1 : 3;
const targets = 200;
const probes = 1_000;
const concurrency = 8;

type Version = '1.3' | '1.2';
type Question = 'http' | 'grpc' | 'tls';

interface Prober {
  readonly name: string;
  readonly question: Question;
  /** CPU seconds of so many probes. */
  readonly run: (files: BenchFiles, ports: readonly number[]) => Promise<number>;
}

const blackbox = onPath('prometheus-blackbox-exporter');

const probers: readonly Prober[] = [
  ...(['http', 'grpc', 'tls'] as const).flatMap((question) => [
    ...(blackbox === undefined ? [] : [blackboxProber(blackbox, question)]),
    ...nodes.map(({ name, program }) => (question === 'tls' ? loop(name, program) : agent(name, program, question))),
  ]),
];

/** `run` at its own rhythm: scheduling, evaluation, metrics and all. */
function agent(name: string, node: string, question: 'http' | 'grpc'): Prober {
  const component = question === 'http' ? 'tidb' : 'tso';
  return {
    name: `tidb-mtls-agent run, ${question}, ${name}`,
    question,
    run: async (files, ports) => {
      const { child, metrics } = await startAgent(files, { node, component, ports, interval: '1s' });
      await pause(3_000);
      const counted = async () => sumOf(await metrics(), 'tidb_mtls_probes_total');
      const before = await counted();
      const cpu = cpuSeconds(child.pid);
      await pause((probes / targets) * 1_000);
      const spent = cpuSeconds(child.pid) - cpu;
      const done = (await counted()) - before;
      await ended(child);
      return (spent / done) * probes;
    },
  };
}

/** The prober of a bare handshake, which no component's port is asked with by `run`. */
function loop(name: string, node: string): Prober {
  return {
    name: `tidb-mtls-agent, its TLS prober in a loop, ${name}`,
    question: 'tls',
    run: async ({ ca, clientCert, clientKey }, ports) => {
      const child = script(0, 'tls-loop.ts', [ca, clientCert, clientKey], node);
      const read = documentsOf<{ cpu: number; accepted: number }>(child);
      child.stdin?.end(JSON.stringify({ ports, probes, concurrency }));
      const { cpu, accepted } = await read();
      if (accepted !== probes) {
        throw new Error(`${accepted} of ${probes} probes were accepted`);
      }
      return cpu;
    },
  };
}

function blackboxProber(program: string, question: Question): Prober {
  return {
    name: `blackbox_exporter, ${question === 'tls' ? 'tcp with tls, handshake only' : question}`,
    question,
    run: async (files, ports) => {
      const port = await freePort();
      const child = onCore(0, program, [
        `--config.file=${blackboxConfig(files)}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ]);
      await listening(port, child);
      const limit = pLimit(concurrency);
      const negativeProbe = async (index: number) => {
        const at = `127.0.0.1:${ports[index % ports.length]}`;
        const target = question === 'http' ? `https://${at}/status` : at;
        const answer = await fetch(`http://127.0.0.1:${port}/probe?module=${question}&target=${target}`);
        if (!/^probe_success 1$/m.test(await answer.text())) {
          throw new Error(`blackbox_exporter failed on ${target}`);
        }
      };
      const negativeProbes = (count: number) =>
        Promise.all(Array.from({ length: count }, (_, at) => limit(() => negativeProbe(at))));
      await negativeProbes(200);
      const cpu = cpuSeconds(child.pid);
      await negativeProbes(probes);
      const spent = cpuSeconds(child.pid) - cpu;
      await ended(child);
      return spent;
    },
  };
}

function blackboxConfig({ ca, clientCert, clientKey, directory }: BenchFiles): string {
  const tls = `tls_config: {ca_file: ${ca}, cert_file: ${clientCert}, key_file: ${clientKey}}`;
  const file = join(directory, 'blackbox.yml');
  writeFileSync(
    file,
    `modules:
  http: {prober: http, timeout: 5s, http: {${tls}}}
  grpc: {prober: grpc, timeout: 5s, grpc: {tls: true, ${tls}}}
  tls: {prober: tcp, timeout: 5s, tcp: {tls: true, ${tls}}}
`,
  );
  return file;
}

async function main(): Promise<void> {
  const files = await writeCredentials();
  const seconds = new Map<Prober, Record<Version, number[]>>(probers.map((one) => [one, { '1.3': [], '1.2': [] }]));
  for (const version of ['1.3', '1.2'] as const) {
    const { child, ports } = await startPorts(files, targets, { version });
    for (let round = 0; round < rounds; round++) {
      for (const [prober, measured] of seconds) {
        const spent = await prober.run(files, ports);
        measured[version].push(spent);
        process.stderr.write(`TLS ${version}, round ${round + 1}: ${prober.name}: ${spent.toFixed(2)} s\n`);
      }
    }
    await ended(child);
  }
  rmSync(files.directory, { recursive: true, force: true });
  writeSection('Probing', render(seconds));
}

function render(seconds: ReadonlyMap<Prober, Readonly<Record<Version, readonly number[]>>>): string {
  const of = (prober: Prober, version: Version) => median(seconds.get(prober)?.[version] ?? []);
  const baseline = (question: Question, version: Version) => {
    const peer = probers.find((one) => one.name === `blackbox_exporter, ${question === 'grpc' ? 'grpc' : 'http'}`);
    return peer === undefined ? Number.NaN : of(peer, version);
  };
  const cells = (prober: Prober) =>
    (['1.3', '1.2'] as const)
      .map((version) => {
        const spent = of(prober, version);
        return `${spent.toFixed(2)} | ${(spent / baseline(prober.question, version)).toFixed(2)}`;
      })
      .join(' | ');
  const rows = probers.map((prober) => `| ${prober.name} | ${cells(prober)} |`);
  const absent = [
    ...(blackbox === undefined
      ? [{ name: 'blackbox_exporter', install: 'apt-get install prometheus-blackbox-exporter' }]
      : []),
    ...(nodes.length > 1 ? [] : [{ name: 'Node 24', install: howToHaveNode24 }]),
  ];
  const peer = blackbox === undefined ? '' : ` ${versionOf(blackbox)}`;
  return `CPU seconds of the probing process per ${probes} fresh connections with a client certificate, P-256, ${targets} targets in
another process on the other core; median of ${rounds} interleaved rounds. The ratio
is to blackbox_exporter${peer}'s \`http\`, for gRPC to its \`grpc\`; its time includes its answer to the caller, that of \`run\` all
of the agent's own work. Its \`tcp\` stops at the handshake, before a rejection in TLS 1.3 would arrive.

| prober | TLS 1.3 | ratio | TLS 1.2 | ratio |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
${notMeasured(absent)}`;
}

await main();
