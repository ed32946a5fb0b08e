import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { programName } from '../../agent/cli/commands/command.js';
import { serve } from '../../agent/cli/serve.js';
import { readAgentConfig } from '../../agent/config/load.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { devCluster } from '../support/dev-cluster.js';
import { runCommand } from '../support/doc-commands.js';
import { eventually } from '../support/eventually.js';
import { pageNames, readPage } from '../support/markdown.js';
import { callsOf, commandsOf } from '../support/page-commands.js';
import { built, startAgent } from '../support/run-agent.js';

/** Pages whose commands have a test of their own. */
const elsewhere: readonly string[] = [
  'docs/runbook.md',
  'docs/prometheus.md',
  'docs/kubernetes.md',
  'docs/rotation/cert-manager.md',
  'docs/rotation/tiup.md',
  'docs/rotation/vault-agent.md',
];

/** Commands that go on until they are stopped, and what they say when they are there. */
const lasting: Readonly<Record<string, RegExp>> = {
  run: /serving status page/,
  demo: /Ctrl-C ends it/,
  proxy: /"msg":"listening"/,
};

const cluster = await devCluster(t);
layOut(cluster);
const served = await serve({
  readConfig: () => readAgentConfig(cluster.agentConfig),
  logger: pino({ level: 'silent' }),
});
t.teardown(() => served.stop());

/** The files that the pages speak of, by the names they have there. */
function layOut({ agentConfig, directory, files, port }: DevCluster): void {
  const at = (name: string) => join(directory, name);
  const { ca, cert, key } = files('agent');
  const [tidb, tikv] = [files('tidb'), files('tikv')];
  for (const [from, to] of [
    [ca, 'ca.crt'],
    [cert, 'agent.crt'],
    [key, 'agent.pem'],
    [tidb.cert, 'tidb.crt'],
    [tidb.key, 'tidb.pem'],
    [tikv.cert, 'new.crt'],
    [tikv.key, 'new.pem'],
  ] as const) {
    copyFileSync(from, at(to));
  }
  appendFileSync(
    agentConfig,
    `[web]
listen = "127.0.0.1:0"
[[proxy]]
name = "tidb-status"
mode = "terminate"
listen = "127.0.0.1:0"
target = "127.0.0.1:${port('tidb', 'status')}"
ca-path = "ca.crt"
cert-path = "tidb.crt"
key-path = "tidb.pem"
allow-cn = ["Prometheus"]
`,
  );
}

/** A command as a reader would type it here: the addresses of the pages are those of this cluster. */
function here(line: string): string {
  const addresses: readonly (readonly [string, string])[] = [
    ['http://127.0.0.1:10793/', served.url.replace(/\/?$/, '/')],
    ['10.0.1.1:2379', `127.0.0.1:${cluster.port('pd', 'client')}`],
    ['10.0.1.2:20160', `127.0.0.1:${cluster.port('tikv', 'grpc')}`],
    ['127.0.0.1:10080', `127.0.0.1:${cluster.port('tidb', 'status')}`],
    ['--listen :11080', '--listen 127.0.0.1:0'],
  ];
  return addresses.reduce((text, [from, to]) => text.replaceAll(from, to), line);
}

/** Commands of the program, each once; npm's own are not run within its own tests. */
const lines = new Map<string, string>();
for (const name of pageNames.filter((page) => !elsewhere.includes(page))) {
  const page = readPage(name);
  const whole = /^README/.test(name) ? page.spans.filter(({ value }) => value.startsWith(`${programName} `)) : [];
  const inBlocks = commandsOf(page).filter(({ value }) => value.needs === undefined);
  for (const { value, line } of [...inBlocks.map(({ value, line }) => ({ value: value.line, line })), ...whole]) {
    if (!callsOf(value).some(([program]) => program === 'npm') && !lines.has(value)) {
      lines.set(value, `${name}:${line}`);
    }
  }
}

t.test('every command of the pages runs on a healthy cluster, and prints no key', async (t) => {
  t.ok(lines.size > 10, `${lines.size} commands`);
  for (const [line, place] of lines) {
    const others = callsOf(line).flatMap(([program = '']) => (program === programName ? [] : [program]));
    if (others.length > 0) {
      t.fail(`${place}: say behind sh what ${others.join(', ')} needs, or write a test of the page`);
      continue;
    }
    const [[program = '', command = '', ...args] = []] = callsOf(here(line));
    const ready = program === programName ? lasting[command] : undefined;
    const { status, output } =
      ready === undefined || args.includes('--help')
        ? await runCommand(here(line), {}, cluster.directory)
        : await startAndStop([command, ...args], ready);
    t.equal(status, 0, `${place}: ${line}`, { output: output.slice(0, 2_000) });
    t.notMatch(output, /PRIVATE KEY|command not found/, `${line}: no key`);
  }
});

async function startAndStop(args: readonly string[], ready: RegExp) {
  const agent = startAgent(args, {}, { ...built, directory: cluster.directory });
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually(`${args.join(' ')} is there`, () => ready.test(agent.output()) || agent.child.exitCode !== null);
  agent.child.kill('SIGTERM');
  const { status } = await agent.ended;
  return { status, output: agent.output() };
}
