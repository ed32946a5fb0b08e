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
  // Where no worker is left for a moment, port 0 would be another one afterwards.
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
  'workers share a listener and give one view; one that is killed is started again, and its counts stay',
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
    t.equal(accepted(text), 6, 'over both');
    t.match(text, /^tidb_mtls_proxy_credential_version\{[^}]*\} 1$/m, 'not added up');
    const killed = workers();
    for (const worker of killed) {
      process.kill(worker, 'SIGKILL');
    }
    await eventually('both are started again', async () =>
      /^tidb_mtls_proxy_worker_restarts_total 2$/m.test(await metrics()),
    );
    await eventually('and serve', served);
    t.match(agent.output(), /no worker is left; one is started again/);
    await eventually('what the killed ones counted is still counted', async () => accepted(await metrics()) >= 7);
    const held = await dial(port, friend);
    t.equal(await ask(held, 'a'), 'a');
    process.kill(agent.child.pid ?? 0, 'SIGHUP');
    agent.child.kill('SIGTERM');
    await eventually('no new ones', async () => !(await served()));
    t.equal(await ask(held, 'b'), 'b', 'served until its client goes');
    held.end();
    held.resume();
    const { status, signal } = await agent.ended;
    t.strictSame([status, signal], [0, null], { output: agent.output() });
  },
);

t.test('one worker stopped: the metrics answer all the same, and say so', async (t) => {
  const { metrics, workers, served } = await twoWorkers(t);
  t.ok(await served());
  await eventually('it is counted', async () => accepted(await metrics()) === 1);
  const [stopped = 0] = workers();
  process.kill(stopped, 'SIGSTOP');
  t.teardown(() => process.kill(stopped, 'SIGCONT'));
  for (let scrape = 0; scrape < 2; scrape++) {
    let text = '';
    await eventually('they answer, and say that one is silent', async () => {
      text = await metrics();
      return /^tidb_mtls_proxy_workers\{state="silent"\} 1$/m.test(text);
    });
    t.equal(accepted(text), 1, 'what the stopped one said last counts');
  }
  t.ok(await served(), 'the other one serves');
  process.kill(stopped, 'SIGCONT');
  await eventually('it answers again', async () =>
    /^tidb_mtls_proxy_workers\{state="silent"\} 0$/m.test(await metrics()),
  );
});

t.test('a worker started again while the pair on disk is bad serves with the last good one', async (t) => {
  const { agent, files, port, metrics, workers, served } = await twoWorkers(t);
  const next = await authority.issue({ commonName: 'next', dns: ['localhost'], ip: ['127.0.0.1'] });
  writeFileSync(files.key, next.keyPem);
  writeFileSync(files.cert, next.certificatePem);
  await eventually('the new pair is served', async () => (await servedName(port)) === 'next');
  await eventually('the parent has heard of both', async () =>
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
  t.equal(await servedName(port), 'next', 'with the last good pair');
  t.equal(await dial(port, nobody).then((socket) => ask(socket, 'x')), undefined, 'and by the same rules');
  t.match(agent.output(), /the changed pair is not used; the last good one stays/);
  t.notMatch(agent.output(), /PRIVATE KEY/);
});

async function servedName(port: number): Promise<string> {
  const socket = await dial(port, friend);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}
