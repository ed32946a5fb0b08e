import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../support/eventually.js';
import { needsRoot } from '../support/peers.js';
import { agentMain, runAgent } from '../support/run-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { endsWell, goesOnAsking, instanceAt, pair, statusPort, watchingAgent } from '../support/watching-agent.js';

// They wait for most of their time.
t.jobs = 3;

/** What can be in the place of a certificate, and what it is called. */
const faults: Readonly<Record<string, readonly [spoil: (file: string) => void, reason: string]>> = {
  'a certificate file that is a FIFO': [(file) => execFileSync('mkfifo', [file]), 'not_a_file'],
  'a certificate file of 1 GB': [
    (file) => {
      writeFileSync(file, '');
      truncateSync(file, 1 << 30);
    },
    'too_large',
  ],
  'a certificate file that is a directory': [(file) => mkdirSync(file), 'not_a_file'],
  'links in a loop': [
    (file) => {
      symlinkSync(file, `${file}.loop`);
      symlinkSync(`${file}.loop`, file);
    },
    'read_failed',
  ],
};

t.test(
  'paths that are no regular files: reported by their kind, the last valid certificate stays in use, memory stays',
  async (t) => {
    const agent = await watchingAgent(t, { toml: instanceAt(await statusPort(t)) });
    const { cert } = agent.files;
    const error = (reason: string) =>
      agent.metric('tidb_mtls_credential_error', 'component="agent"', `reason="${reason}"`);
    const before = agent.peak();
    for (const [what, [spoil, reason]] of Object.entries(faults)) {
      rmSync(cert);
      spoil(cert);
      await eventually(`${what} is ${reason}`, async () => (await error(reason)) === 1);
      await goesOnAsking(agent);
      rmSync(cert, { recursive: true });
      rmSync(`${cert}.loop`, { force: true });
      writeFileSync(cert, pair.certificatePem);
      await eventually(`${what}, fixed`, async () => (await error(reason)) === 0);
      t.pass(what);
    }
    t.ok(agent.peak() - before < 100, `${Math.round(agent.peak() - before)} MiB more at most`);
    await endsWell(t, agent);
  },
);

t.test(
  'a configuration that is a FIFO or 1 GB long is rejected in one line, and so is a history that is a FIFO',
  async (t) => {
    const directory = temporaryDirectory(t);
    const at = (name: string) => join(directory, name);
    execFileSync('mkfifo', [at('fifo.toml')]);
    writeFileSync(at('long.toml'), '');
    truncateSync(at('long.toml'), 1 << 30);
    writeFileSync(at('history.toml'), `${instanceAt(1)}[history]\nfile = "fifo.toml"\n`);
    writeFileSync(at('web.toml'), `${instanceAt(1)}[web]\nconfig-file = "fifo.toml"\n`);
    for (const [name, said] of [
      ['fifo', /fifo\.toml:1:1: is not a regular file\n {4}name a configuration file\n$/],
      ['long', /long\.toml:1:1: is 1073741824 bytes long/],
      ['history', /fifo\.toml is not a regular file/],
      ['web', /fifo\.toml:1:1: is not a regular file/],
    ] as const) {
      t.match(await runAgent('run', '--config', at(`${name}.toml`)), { status: 2, stderr: said }, name);
    }
    const lint = await runAgent('lint', at('fifo.toml'), at('long.toml'));
    t.equal(lint.status, 1, 'lint says it of each file');
    t.match(lint.stdout, /fifo[\s\S]*not a regular file[\s\S]*long[\s\S]*bytes long/);
  },
);

t.test('configuration files below a directory that links to itself are found once, and the search ends', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'deploy/conf'), { recursive: true });
  symlinkSync('..', join(directory, 'deploy/again'));
  writeFileSync(join(directory, 'deploy/conf/tidb.toml'), 'port = 4000\n[status]\nstatus-port = 10080\n');
  const file = join(directory, 'agent.toml');
  writeFileSync(file, '[cluster]\nconfigs = ["deploy/**/tidb.toml"]\n');
  const { stdout } = await runAgent('check', '--config', file, '--inventory', '--json');
  t.equal(JSON.parse(stdout).instances.length, 1);
});

t.test(
  'permission lost and restored: reported, the last valid certificate stays in use, and it recovers',
  needsRoot(['/usr/bin/setpriv', 'util-linux']),
  async (t) => {
    const before = 'exec setpriv --reuid=65534 --regid=65534 --clear-groups';
    const agent = await watchingAgent(t, { toml: instanceAt(await statusPort(t)), before });
    const denied = () => agent.metric('tidb_mtls_credential_error', 'component="agent"', 'reason="permission_denied"');
    t.equal(await denied(), 0);
    chmodSync(agent.files.key, 0o600);
    await eventually('it is said', async () => (await denied()) === 1);
    const [finding] = (await agent.findings()).filter(({ check }) => check === 'certificate-readable');
    t.match(finding, { status: 'fail', message: /agent\.pem: may not be read/ });
    await goesOnAsking(agent);
    chmodSync(agent.files.key, 0o644);
    await eventually('and well again', async () => (await denied()) === 0);
    chmodSync(agent.directory, 0o700);
    await eventually('the whole folder', async () => (await denied()) === 1);
    chmodSync(agent.directory, 0o755);
    await eventually('and well again', async () => (await denied()) === 0);
    await endsWell(t, agent);
  },
);

t.test(
  'file system full: history and log lose lines, monitoring continues, and both are written again',
  needsRoot(['/usr/bin/mount', 'mount']),
  async (t) => {
    const full = temporaryDirectory(t);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', full]);
    t.teardown(() => execFileSync('umount', ['-l', full]));
    const history = join(full, 'history');
    const toml = `${instanceAt(await statusPort(t))}[history]\nfile = "${history}"\n`;
    const agent = await watchingAgent(t, { toml, log: join(full, 'log') });
    const isReported = async () => (await agent.findings()).some(({ message }) => /holds no certificate/.test(message));
    const spoil = async () => {
      writeFileSync(agent.files.cert, 'no certificate');
      await eventually('a bad file is reported', isReported);
      writeFileSync(agent.files.cert, pair.certificatePem);
      await eventually('and a good one', async () => !(await isReported()));
    };
    spawnSync('dd', ['if=/dev/zero', `of=${full}/filler`, 'bs=4k'], { stdio: 'ignore' });
    for (let round = 0; round < 3; round++) {
      await spoil();
    }
    await goesOnAsking(agent);
    const events = (await (await fetch(`${agent.url()}/api/v1/events`)).json()) as { events: readonly unknown[] };
    t.ok(events.events.length >= 6, 'the events are in memory');
    rmSync(join(full, 'filler'));
    await spoil();
    const whole = /"kind":"finding"[^\n]*holds no certificate"\}\n/;
    await eventually('the history has whole lines again', () =>
      whole.test(readFileSync(history, 'utf8').slice(-2_000)),
    );
    t.match(readFileSync(join(full, 'log'), 'utf8').trim().split('\n').at(-1), /^\{.*\}$/, 'and the log, too');
    agent.kill('SIGTERM');
    t.strictSame(await agent.ended, { status: 0, signal: null });
    const check = spawnSync('/bin/sh', ['-c', `"$@" >/dev/full`, 'sh', process.execPath, agentMain, '--help'], {
      encoding: 'utf8',
    });
    t.match(check, { status: 2, stderr: /the output cannot be written: ENOSPC/ }, 'a report on a full disk');
  },
);
