import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { boot, bootable } from '../support/booted.js';

const shipped = (name: string) => readFileSync(join(import.meta.dirname, '../../deploy/systemd', name), 'utf8');

/** No capability in any set, another user than root, system calls filtered, and a root that cannot be written. */
const confined = {
  user: '990',
  effective: '0000000000000000',
  bounding: '0000000000000000',
  noNewPrivileges: '1',
  seccomp: '2',
  root: 'ro',
};

t.test('the units as shipped, under a booted systemd', bootable(), async (t) => {
  const { report, console } = boot(
    t,
    {
      'tidb-mtls-agent.service': shipped('tidb-mtls-agent.service'),
      // Sooner than as shipped, and not so soon that a busy machine misses it.
      'tidb-mtls-agent.service.d/sooner.conf': '[Service]\nWatchdogSec=15\nRestartSec=100ms\n',
      'tidb-mtls-proxy.service': shipped('tidb-mtls-proxy.service'),
      'tidb-mtls-proxy.socket': shipped('tidb-mtls-proxy.socket').replace('127.0.0.1:4433', '127.0.0.1:443'),
    },
    'test/systemd/agent-in-container.ts',
  );
  t.match(report, { restrictions: confined, proxied: { restrictions: confined } }, 'confined as the unit says');
  const { failed, passed, processes, metrics, history, changeLog, ...ends } = report;
  t.same(failed, [], 'nothing fails for want of a right');
  t.ok(Number(passed) > 60, `${passed} findings pass`);
  t.strictSame(processes, ['pd', 'tikv'], 'processes of its own user are known');
  t.ok(Number(metrics) > 100, `${metrics} series`);
  t.ok(Number(history) > 0, 'it writes its history where it may');
  t.match(ends, { reloaded: 'active', hung: { isAnother: true }, stopped: 'success' }, 'reload, watchdog, stop');
  t.match(report, { proxied: { heard: 'behind the proxy', stopped: 'success' } }, 'a port below 1024, by its socket');
  t.match(changeLog, /Watchdog timeout/);
  t.notMatch(changeLog, /EPERM|EACCES/);
  t.comment(console);
});
