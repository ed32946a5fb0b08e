import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { eventually } from '../../support/eventually.js';
import { ask, authority, dial, echo, filesOf, friend, nobody, server, tcpServer } from '../../support/proxy.js';
import { freePort } from '../../support/real-peer.js';
import { startAgent } from '../../support/run-agent.js';

/** Two workers behind one listener, with their metrics. */
async function twoWorkers(t: Test) {
  const files = filesOf(t, server);
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const own = ['--cacert', files.ca, '--cert', files.cert, '--key', files.key, '--allow-cn', 'friend'];
  // While no worker is left, a port chosen by the system would be free, and the next one different.
  const flags = [
    '--listen',
    `127.0.0.1:${await freePort()}`,
    '--target',
    target,
    '--workers',
    '2',
    '--metrics',
    '127.0.0.1:0',
  ];
  const agent = startAgent(['proxy', '--mode', 'terminate', ...flags, ...own]);
  t.teardown(() => agent.child.kill('SIGTERM'));
  const addressOf = (message: string) =>
    new RegExp(`"address":"(127\\.0\\.0\\.1:\\d+)"[^}]*"msg":"${message}"`).exec(agent.output())?.[1];
  await eventually('it listens', async () => addressOf('listening') !== undefined);
  const port = Number(addressOf('listening')?.split(':')[1]);
  const metrics = async () => await (await fetch(`http://${addressOf('serving /metrics')}/metrics`)).text();
  const workers = () =>
    execFileSync('pgrep', ['-P', String(agent.child.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  const served = async () => {
    const socket = await dial(port, friend).catch(() => undefined);
    const answer = socket === undefined ? undefined : await ask(socket, 'hello');
    socket?.destroy();
    return answer === 'hello';
  };
  return { agent, files, port, metrics, workers, served };
}

const accepted = (text: string) => Number(/^tidb_mtls_proxy_connections_total\{[^}]*\} (\d+)$/m.exec(text)?.[1]);

t.test(
  'workers share a listener and one /metrics; a killed worker is started again, and what it counted stays',
  async (t) => {
    const { agent, port, metrics, workers, served } = await twoWorkers(t);
    for (let index = 0; index < 6; index++) {
      t.ok(await served());
    }
    let text = '';
    await eventually('both workers answer', async () => {
      text = await metrics();
      return /^tidb_mtls_proxy_workers\{state="answering"\} 2$/m.test(text);
    });
    t.equal(accepted(text), 6, 'of both workers');
    t.match(text, /^tidb_mtls_proxy_credential_version\{[^}]*\} 1$/m, 'the highest, not the sum');
    const killed = workers();
    for (const worker of killed) {
      process.kill(worker, 'SIGKILL');
    }
    await eventually('both are started again', async () =>
      /^tidb_mtls_proxy_worker_restarts_total 2$/m.test(await metrics()),
    );
    await eventually('and both serve', served);
    t.match(agent.output(), /no worker is left; one is started again/);
    await eventually('what the killed workers counted is still counted', async () => accepted(await metrics()) >= 7);
    const held = await dial(port, friend);
    t.equal(await ask(held, 'a'), 'a');
    process.kill(agent.child.pid ?? 0, 'SIGHUP');
    agent.child.kill('SIGTERM');
    await eventually('new connections are not accepted', async () => !(await served()));
    t.equal(await ask(held, 'b'), 'b', 'served until its client closes');
    held.end();
    held.resume();
    const { status, signal } = await agent.ended;
    t.strictSame([status, signal], [0, null], { output: agent.output() });
  },
);

t.test('one worker is stopped: /metrics answers all the same, and reports the worker as silent', async (t) => {
  const { metrics, workers, served } = await twoWorkers(t);
  t.ok(await served());
  await eventually('it is counted', async () => accepted(await metrics()) === 1);
  const [stopped = 0] = workers();
  process.kill(stopped, 'SIGSTOP');
  t.teardown(() => process.kill(stopped, 'SIGCONT'));
  for (let scrape = 0; scrape < 2; scrape++) {
    let text = '';
    await eventually('one worker is reported as silent', async () => {
      text = await metrics();
      return /^tidb_mtls_proxy_workers\{state="silent"\} 1$/m.test(text);
    });
    t.equal(accepted(text), 1, 'the last values of the stopped worker count');
  }
  t.ok(await served(), 'the other worker serves');
  process.kill(stopped, 'SIGCONT');
  await eventually('it answers again', async () =>
    /^tidb_mtls_proxy_workers\{state="silent"\} 0$/m.test(await metrics()),
  );
});

t.test('a worker started again while the files are bad serves with the last good credentials', async (t) => {
  const { agent, files, port, metrics, workers, served } = await twoWorkers(t);
  const next = await authority.issue({ commonName: 'next', dns: ['localhost'], ip: ['127.0.0.1'] });
  writeFileSync(files.key, next.keyPem);
  writeFileSync(files.cert, next.certificatePem);
  await eventually('the new certificate is served', async () => (await servedName(port)) === 'next');
  await eventually('both workers have reported to the parent', async () =>
    /^tidb_mtls_proxy_workers\{state="silent"\} 0$/m.test(await metrics()),
  );
  rmSync(files.key);
  writeFileSync(files.ca, 'no certificate at all');
  for (const worker of workers()) {
    process.kill(worker, 'SIGKILL');
  }
  await eventually('both are started again', async () =>
    /^tidb_mtls_proxy_worker_restarts_total 2$/m.test(await metrics()),
  );
  await eventually('served', served);
  t.equal(await servedName(port), 'next', 'with the last good certificate');
  t.equal(await dial(port, nobody).then((socket) => ask(socket, 'x')), undefined, 'and with the same authorization');
  t.match(agent.output(), /credentials could not be reloaded; the last good ones stay in use/);
  t.notMatch(agent.output(), /PRIVATE KEY/);
});

async function servedName(port: number): Promise<string> {
  const socket = await dial(port, friend);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}
