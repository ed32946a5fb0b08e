import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { helpOf } from '../../../agent/cli/commands/command.js';
import { commands } from '../../../agent/cli/commands/commands.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { runAgent, startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('run: SIGHUP reads the configuration again, SIGTERM ends with 0', async (t) => {
  const cluster = await devCluster(t);
  const agent = startAgent(['run', '--config', cluster.agentConfig, '--listen', '127.0.0.1:0']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('it serves', () => /serving status page/.test(agent.output()));
  agent.child.kill('SIGHUP');
  await eventually('it reloads', () => /configuration reloaded/.test(agent.output()));
  writeFileSync(cluster.agentConfig, 'nonsense = 1\n');
  agent.child.kill('SIGHUP');
  await eventually('it says what is wrong', () => /configuration not reloaded/.test(agent.output()));
  t.match(agent.output(), /agent\.toml:1:1: unknown key nonsense/);
  await eventually('its start is over', () => /every port was probed/.test(agent.output()));
  agent.child.kill('SIGTERM');
  t.match(await agent.ended, { status: 0, signal: null, stderr: /"msg":"stopped"/ });
});

t.test('demo: page and metrics answer, Ctrl-C ends it with 0 and leaves no files', async (t) => {
  const agent = startAgent(['demo', '--listen', '127.0.0.1:0']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('it prints its addresses', () => /Ctrl-C ends it/.test(agent.output()));
  const [, page = ''] = /status page\s+(\S+)/.exec(agent.output()) ?? [];
  const [, directory = ''] = /demo cluster\s+(\S+)/.exec(agent.output()) ?? [];
  t.match(await (await fetch(page)).text(), /0 failed|All \d+ passed/);
  t.match(await (await fetch(`${page}metrics`)).text(), /^tidb_mtls_endpoint_up\{/m);
  t.ok(existsSync(directory));
  agent.child.kill('SIGINT');
  t.match(await agent.ended, { status: 0, signal: null });
  t.notOk(existsSync(directory));
});

t.test('an address in use is an operator mistake', async (t) => {
  const cluster = await devCluster(t);
  const busy = `127.0.0.1:${cluster.port('pd', 'client')}`;
  const { status, stderr } = await runAgent('run', '--config', cluster.agentConfig, '--listen', busy);
  t.equal(status, 2);
  t.match(
    stderr,
    /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n {4}in use by another process: ss -ltnp shows it; or choose another/,
  );
  t.notMatch(stderr, /at .*\.js:\d+/);
});

t.test('lint: 0 when clean, 1 with errors, places that editors jump to, and JSON', async (t) => {
  const directory = temporaryDirectory(t);
  const clean = join(directory, 'tidb.toml');
  const wrong = join(directory, 'pd.toml');
  writeFileSync(clean, '[status]\nstatus-port = 10080\n');
  writeFileSync(wrong, 'client-urls = "https://h:2379"\n[security]\nca-path = "a"\n');
  t.match(await runAgent('lint', clean), { status: 0 });
  const text = await runAgent('lint', join(directory, '*.toml'));
  t.equal(text.status, 1);
  t.match(
    text.stdout,
    /pd\.toml:3:1: error: PD does not know security\.ca-path.*\[unknown-key\]\n {4}under \[security\]/,
  );
  const json = await runAgent('lint', '--json', wrong);
  t.equal(json.status, 1);
  t.match(JSON.parse(json.stdout), {
    version: 1,
    files: 1,
    summary: { fail: 1, warn: 0, note: 0 },
    findings: [{ check: 'unknown-key', status: 'fail', file: wrong, line: 3, column: 1, source: `${wrong}:3:1` }],
  });
  t.match(await runAgent('lint'), { status: 2, stderr: /lint needs a file/ });
  const folder = await runAgent('lint', directory);
  t.match(folder, { status: 1, stdout: /2 files, 1 error, 0 warnings, 0 notes\n$/ }, 'a folder stands for its files');
  for (const nothing of [
    join(directory, 'nowhere', '*.toml'),
    join(directory, 'nowhere.toml'),
    temporaryDirectory(t),
  ]) {
    const empty = await runAgent('lint', clean, nothing);
    t.match(empty, { status: 2, stdout: '' });
    t.equal(
      empty.stderr,
      `tidb-mtls-agent: ${nothing}: no such file\n    check the path; a folder stands for the .toml, .yaml and .yml files in it\n`,
    );
  }
  const loop = join(temporaryDirectory(t), 'loop.toml');
  symlinkSync(loop, loop);
  t.match(await runAgent('lint', clean, loop), {
    status: 1,
    stdout: /loop\.toml:1:1: error: cannot be read \(ELOOP\)/,
  });
  const sarif = JSON.parse((await runAgent('lint', '--output', 'sarif', wrong)).stdout);
  t.match(sarif, {
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tidb-mtls-agent', rules: [{ id: 'unknown-key' }] } },
        results: [
          {
            ruleId: 'unknown-key',
            level: 'error',
            locations: [{ physicalLocation: { region: { startLine: 3, startColumn: 1 } } }],
          },
        ],
      },
    ],
  });
  t.match(await runAgent('lint', '--cluster-version', 'new', wrong), { status: 2, stderr: /is no release/ });
  writeFileSync(join(directory, 'agent.toml'), '[probe]\nintervall = "5s"\n');
  t.match(await runAgent('lint', join(directory, 'agent.toml')), {
    status: 1,
    stdout: /agent\.toml:2:1: error: unknown key probe\.intervall \[agent-config\]\n {4}did you mean probe\.interval\?/,
  });
});

t.test("lint knows the agent's own file by its tables, however it is called", async (t) => {
  const directory = temporaryDirectory(t);
  const proxy = join(directory, 'proxy.toml');
  writeFileSync(proxy, '[[proxy]]\nmode = "terminate"\nlistn = "127.0.0.1:1"\n');
  t.match(await runAgent('lint', proxy), {
    status: 1,
    stdout: /proxy\.toml:3:1: error: unknown key listn \[agent-config\]\n {4}did you mean listen\?/,
  });
  const node = join(directory, 'node.toml');
  writeFileSync(node, '[cluster]\ntopology = "topology.yaml"\n[probe]\ninterval = "never"\n');
  t.match(await runAgent('lint', node), { status: 1, stdout: /node\.toml:4:\d+: error: .*\[agent-config\]/ });
  const foreign = join(directory, 'foreign.toml');
  writeFileSync(foreign, '[proxy]\nlisten = "127.0.0.1:1"\n[cluster]\nname = "mine"\n');
  t.notMatch((await runAgent('lint', foreign)).stdout, 'agent-config', 'tables of those names are not enough');
});

t.test('certs init: a development PKI', async (t) => {
  const directory = join(temporaryDirectory(t), 'pki');
  t.match(await runAgent('certs', 'init', directory, '--host', 'db.example.com'), { status: 0 });
  t.ok(readdirSync(directory).includes('tikv.pem'));
  const key = readFileSync(join(directory, 'tikv.pem'));
  t.match(await runAgent('certs', 'init', directory), { status: 2, stderr: /is not empty\n.*a new directory/ });
  t.strictSame(readFileSync(join(directory, 'tikv.pem')), key, 'a key that is there stays');
  t.match(await runAgent('certs', 'nonsense'), {
    status: 2,
    stderr: /unknown command: certs nonsense\n.*certs --help/,
  });
  t.match(await runAgent('certs'), { status: 2, stderr: /needs a verb/ });
});

t.test('a pattern that matches nothing is reported by every command that reads the cluster', async (t) => {
  const directory = temporaryDirectory(t);
  const config = join(directory, 'agent.toml');
  const pattern = join(directory, '*', 'conf', '*.toml');
  writeFileSync(config, `[cluster]\nconfigs = [${JSON.stringify(pattern)}]\n`);
  const reported = /conf\/\*\.toml: error: matches no file \[no-config-file\]\n {4}check the path/;
  for (const flag of ['--inventory', '--matrix']) {
    t.match(await runAgent('check', '--config', config, flag), { status: 1, stderr: reported }, flag);
  }
  const rehearsal = await runAgent('rehearse', '--component', 'tikv', '--cert', 'c', '--key', 'k', '--config', config);
  t.match(rehearsal, { status: 2, stderr: reported });
});

t.test('run with a configuration that names nothing to watch does not start', async (t) => {
  const config = join(temporaryDirectory(t), 'agent.toml');
  writeFileSync(config, '[probe]\ninterval = "5s"\n');
  t.match(await runAgent('run', '--config', config, '--listen', '127.0.0.1:0'), {
    status: 2,
    stderr: /agent\.toml names no component\n.*name configs, pd or topology under \[cluster\]/,
  });
});

t.test('every command has its help', async (t) => {
  for (const command of commands) {
    const help = helpOf(command);
    t.match(help, `Usage: tidb-mtls-agent ${command.name}`);
    t.strictSame(
      help.split('\n').filter((line) => line.length > 80),
      [],
      `${command.name}: fits 80 columns`,
    );
  }
  const help = await runAgent('check', '--help');
  t.match(help, { status: 0, stderr: '', stdout: /Usage: tidb-mtls-agent check/ });
  t.strictSame(await runAgent('help', 'check'), help, 'help COMMAND is the same');
  t.match(await runAgent('help'), { status: 0, stdout: /^ {2}rehearse +Verifies/m });
  t.match(await runAgent('help', 'chek'), { status: 2, stderr: /did you mean check\?/ });
  t.match(await runAgent(), { status: 2, stdout: '', stderr: /Usage: tidb-mtls-agent COMMAND/ });
  t.match(await runAgent('--version'), { status: 0, stdout: /^tidb-mtls-agent \d+\.\d+\.\d+/ });
});
