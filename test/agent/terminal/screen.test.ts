import stringWidth from 'string-width';
import t, { type Test } from 'tap';
import { type DevCluster, startDevCluster } from '../../../devcluster/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { startAgent } from '../../support/run-agent.js';
import { readable, screen, startOnScreen, visible } from '../../support/screen.js';

async function clusterFor(t: Test): Promise<DevCluster> {
  const cluster = await startDevCluster();
  t.teardown(() => cluster.stop());
  return cluster;
}

const patience = 60_000;
const eraseLine = /^[\s\S]*\r␛\[2K/;

t.test(
  'on a screen check shows its progress on one line, takes it away, and colours what failed',
  screen,
  async (t) => {
    const cluster = await clusterFor(t);
    await cluster.fault('pd', 'peer', 'silent', true);
    const args = ['check', '--config', cluster.agentConfig, '--timeout', '2s', '--no-refusals'];
    const agent = startOnScreen(args, { columns: 60 });
    const { status, stdout } = await agent.ended;
    t.equal(status, 1);
    t.match(readable(stdout), /\d+ of \d+ ports looked at, \d+ s/);
    const afterwards = visible(stdout).replace(eraseLine, '');
    t.match(readable(afterwards), /^✗ pd [\s\S]*1 failed, 0 warned/, 'no trace of it before the findings');
    t.match(afterwards, /^␛\[31m✗␛\[39m /);
    t.strictSame(
      readable(afterwards)
        .split('\n')
        .filter((line) => stringWidth(line) > 60),
      [],
      'every line fits',
    );
    const quiet = startOnScreen(args, { env: { NO_COLOR: '1' } });
    t.notMatch(visible((await quiet.ended).stdout), /␛\[3/, 'NO_COLOR');
  },
);

t.test('in a pipe: no progress, no colours, one line a finding; FORCE_COLOR beats that', async (t) => {
  const cluster = await clusterFor(t);
  await cluster.fault('tikv', 'status', 'down', true);
  const args = ['check', '--config', cluster.agentConfig, '--no-refusals'];
  const { stdout, stderr } = await startAgent(args).ended;
  t.match(stdout, /^✗ tikv 127\.0\.0\.1:\d+ status as own {2}.*\[endpoint-answers\]\n {4}\S/m);
  t.equal(stderr, '');
  const forced = await startAgent(args, { FORCE_COLOR: '1' }).ended;
  t.match(visible(forced.stdout), /␛\[31m✗/);
});

t.test('an interrupted check gives no verdict', screen, async (t) => {
  const cluster = await clusterFor(t);
  await cluster.fault('pd', 'peer', 'silent', true);
  const agent = startOnScreen(['check', '--config', cluster.agentConfig, '--timeout', '30s']);
  await eventually('it works', patience, () => /looked at|visits/.test(agent.output()));
  agent.child.stdin?.write('\u0003');
  const { status, stdout } = await agent.ended;
  t.equal(status, 2);
  t.match(readable(stdout), /interrupted before every port was looked at\n/);
});

t.test('--watch draws the screen anew within its rows, and ends with the last status', screen, async (t) => {
  const cluster = await clusterFor(t);
  const args = ['check', '--config', cluster.agentConfig, '--watch', '--no-refusals'];
  const agent = startOnScreen([...args, '--all'], { columns: 70, rows: 14 });
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('it draws', patience, () => /0 failed/.test(agent.output()));
  const [, drawn = ''] = /␛\[H([\s\S]*?)␛\[J/.exec(visible(agent.output())) ?? [];
  const lines = readable(drawn).trimEnd().split('\n');
  t.ok(lines.length < 14, `${lines.length} lines`);
  t.match(lines[0], /^Looked at \d\d:\d\d:\d\d UTC, every 5 s\. Ctrl-C ends it\.$/);
  t.match(lines.join('\n'), /… \d+ more lines/);
  await cluster.fault('tidb', 'status', 'down', true);
  await eventually('it sees the change', patience, () => /[1-9] failed/.test(readable(agent.output())));
  agent.child.stdin?.write('\u0003');
  t.equal((await agent.ended).status, 1);
});

t.test('--watch in a pipe: the first look whole, then what changes, with its time', async (t) => {
  const cluster = await clusterFor(t);
  const agent = startAgent(['check', '--config', cluster.agentConfig, '--watch', '--no-refusals']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('the first look', patience, () => /0 failed, .*passed\n/.test(agent.output()));
  await cluster.fault('tidb', 'status', 'down', true);
  await eventually('the fault', patience, () =>
    /^\d{4}-\d\d-\d\dT[\d:.]+Z ✗ tidb \S+ status as own {2}.*\[endpoint-answers\]\n {4}/m.test(agent.output()),
  );
  await cluster.fault('tidb', 'status', 'down', false);
  await eventually('its end', patience, () =>
    /Z ✓ tidb \S+ status as own .*\[endpoint-answers\]\n/.test(agent.output()),
  );
  agent.child.kill('SIGINT');
  const { status, stdout, stderr } = await agent.ended;
  t.match({ status, stderr }, { status: 0, stderr: '' });
  t.equal(stdout.match(/passed\n/g)?.length, 1, 'nothing is repeated');
});

t.test('a reader that has seen enough is no error', screen, async (t) => {
  const agent = startAgent(['certs', 'inspect', '/etc/ssl/certs/ca-certificates.crt', '--json']);
  agent.child.stdout?.once('data', () => agent.child.stdout?.destroy());
  t.match(await agent.ended, { status: 0, stderr: '' });
});
