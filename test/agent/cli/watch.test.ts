import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { startAgent } from '../../support/run-agent.js';
import { readable, screen, startOnScreen, visible } from '../../support/screen.js';

// They wait for most of their time.
t.jobs = 2;

t.test('--watch draws the screen anew within its rows, and ends with the last status', screen, async (t) => {
  const cluster = await devCluster(t);
  const args = ['check', '--config', cluster.agentConfig, '--watch', '--no-negative-probes'];
  const agent = startOnScreen([...args, '--all'], { columns: 70, rows: 14 });
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('it draws', () => /0 failed/.test(agent.output()));
  const [, drawn = ''] = /␛\[H([\s\S]*?)␛\[J/.exec(visible(agent.output())) ?? [];
  const lines = readable(drawn).trimEnd().split('\n');
  t.ok(lines.length < 14, `${lines.length} lines`);
  t.match(lines[0], /^Scanned at \d\d:\d\d:\d\d UTC, every 5 s\. Ctrl-C ends it\.$/);
  t.match(lines.join('\n'), /… \d+ more lines/);
  await cluster.fault('tidb', 'status', 'down', true);
  await eventually('it sees the change', () => /[1-9] failed/.test(readable(agent.output())));
  agent.child.stdin?.write('\u0003');
  t.equal((await agent.ended).status, 1);
});

t.test('--watch in a pipe: the first scan whole, then the incidents that begin and end, with the time', async (t) => {
  const cluster = await devCluster(t);
  const agent = startAgent(['check', '--config', cluster.agentConfig, '--watch', '--no-negative-probes']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  await eventually('the first look', () => /0 failed, .*passed\n/.test(agent.output()));
  await cluster.fault('tidb', 'status', 'down', true);
  await eventually('the fault', () =>
    /^\d{4}-\d\d-\d\dT[\d:.]+Z ✗ tidb \S+ {2}its port does not answer.*\[component-down\]\n {4}/m.test(agent.output()),
  );
  await cluster.fault('tidb', 'status', 'down', false);
  await eventually('its end', () => /Z ✓ tidb \S+ {2}is gone {2}\[component-down\]\n/.test(agent.output()));
  agent.child.kill('SIGINT');
  const { status, stdout, stderr } = await agent.ended;
  t.match({ status, stderr }, { status: 3, stderr: '' }, 'negative probes were left out');
  t.equal(stdout.match(/passed\n/g)?.length, 1, 'nothing is repeated');
});
