import stringWidth from 'string-width';
import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { startAgent } from '../../support/run-agent.js';
import { readable, screen, startOnScreen, visible } from '../../support/screen.js';

// They wait for most of their time.
t.jobs = 3;

const eraseLine = /^[\s\S]*\r␛\[2K/;

t.test(
  'on a screen check shows its progress on one line, takes it away, and colours what failed',
  screen,
  async (t) => {
    const cluster = await devCluster(t);
    await cluster.fault('pd', 'peer', 'silent', true);
    const args = ['check', '--config', cluster.agentConfig, '--timeout', '8s', '--no-negative-probes'];
    const [{ status, stdout }, quiet] = await Promise.all([
      startOnScreen(args, { columns: 60 }).ended,
      startOnScreen(args, { env: { NO_COLOR: '1' } }).ended,
    ]);
    t.equal(status, 1);
    t.match(readable(stdout), /\d+ of \d+ ports probed, \d+ s/);
    const afterwards = visible(stdout).replace(eraseLine, '');
    t.match(readable(afterwards), /^✗ pd [\s\S]*1 failed, 0 warnings/, 'no trace of it before the findings');
    t.match(afterwards, /^␛\[31m✗␛\[39m /);
    t.strictSame(
      readable(afterwards)
        .split('\n')
        .filter((line) => stringWidth(line) > 60),
      [],
      'every line fits',
    );
    t.notMatch(visible(quiet.stdout), /␛\[3/, 'NO_COLOR');
  },
);

t.test(
  'in a pipe: no progress, no colours, one line an incident, its fixes below it; FORCE_COLOR beats that',
  async (t) => {
    const cluster = await devCluster(t);
    await cluster.fault('tikv', 'status', 'down', true);
    const args = ['check', '--config', cluster.agentConfig, '--no-negative-probes'];
    const { stdout, stderr } = await startAgent(args).ended;
    t.match(stdout, /^✗ tikv 127\.0\.0\.1:\d+ status {2}does not answer.*\[port-unreachable\]\n {4}1\. \S/m);
    t.equal(stderr, '');
    const forced = await startAgent(args, { FORCE_COLOR: '1' }).ended;
    t.match(visible(forced.stdout), /␛\[31m✗/);
  },
);

t.test('an interrupted check gives no result', screen, async (t) => {
  const cluster = await devCluster(t);
  await cluster.fault('pd', 'peer', 'silent', true);
  const agent = startOnScreen(['check', '--config', cluster.agentConfig, '--timeout', '1h']);
  await eventually('it works', () => /ports probed|probes done/.test(agent.output()));
  agent.child.stdin?.write('\u0003');
  const { status, stdout } = await agent.ended;
  t.equal(status, 2);
  t.match(readable(stdout), /interrupted before every port was probed\n/);
});

t.test('a reader that has seen enough is no error', screen, async (t) => {
  const agent = startAgent(['certs', 'inspect', '/etc/ssl/certs/ca-certificates.crt', '--json']);
  agent.child.stdout?.once('data', () => agent.child.stdout?.destroy());
  t.match(await agent.ended, { status: 0, stderr: '' });
});
