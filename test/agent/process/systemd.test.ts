import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../../support/eventually.js';
import { echo, tcpServer } from '../../support/proxy.js';
import { proxyProcess } from '../../support/proxy-process.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

// They wait for most of their time.
t.jobs = 3;

/** The proxy with a `systemd-notify` that writes down what it is asked to send. */
async function underSystemd(t: Test, ...flags: readonly string[]) {
  const directory = temporaryDirectory(t);
  const log = join(directory, 'sent');
  mkdirSync(join(directory, 'bin'));
  const notify = join(directory, 'bin/systemd-notify');
  writeFileSync(notify, `#!/bin/sh\necho "$2" >> ${log}\n`);
  chmodSync(notify, 0o755);
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const env = `export PATH=${directory}/bin:$PATH NOTIFY_SOCKET=/run/none WATCHDOG_USEC=4000000;`;
  const proxy = await proxyProcess(t, target, env, flags);
  const sent = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { proxy, sent };
}

for (const [who, flags] of [
  ['one process', []],
  ['two workers', ['--workers', '2']],
] as const) {
  t.test(
    `${who}: systemd is notified when it listens, at half of the watchdog's interval, and when it stops`,
    async (t) => {
      const { proxy, sent } = await underSystemd(t, ...flags);
      await proxy.port();
      await eventually('two watchdog messages', async () => sent().filter((line) => line === 'WATCHDOG=1').length >= 2);
      proxy.child.kill('SIGTERM');
      await once(proxy.child, 'exit');
      t.equal(sent()[0], 'READY=1');
      t.equal(sent().filter((line) => line === 'READY=1').length, 1);
      await eventually('STOPPING=1 is sent', async () => sent().includes('STOPPING=1'));
    },
  );

  t.test(`${who}: where the address is in use, systemd is never notified that the service is ready`, async (t) => {
    const busy = await tcpServer(t, echo);
    const { proxy, sent } = await underSystemd(t, '--listen', `127.0.0.1:${busy}`, ...flags);
    t.strictSame(await once(proxy.child, 'exit'), [2, null]);
    t.match(proxy.output(), /EADDRINUSE/);
    t.strictSame(sent(), []);
  });
}
