import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../../support/eventually.js';
import { listening } from '../../support/listening.js';
import { readyAt, startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function runWith(t: Test, toml: string) {
  const file = join(temporaryDirectory(t), 'agent.toml');
  writeFileSync(file, `[web]\nlisten = "127.0.0.1:0"\n${toml}`);
  const agent = startAgent(['run', '--config', file]);
  t.teardown(() => agent.child.kill('SIGKILL'));
  return agent;
}

t.test('SIGHUP while the start waits for PD is one reload after the start', async (t) => {
  const asking = new Set<Socket>();
  const pd = createServer((socket) => asking.add(socket));
  const url = `http://127.0.0.1:${await listening(t, pd)}`;
  const agent = runWith(t, `[cluster]\npd = "${url}"\n[probe]\ntimeout = "1h"\n`);
  await eventually('PD is asked', () => asking.size > 0);
  const kept = () => agent.output().match(/SIGHUP during the start/g)?.length ?? 0;
  for (const times of [1, 2]) {
    agent.child.kill('SIGHUP');
    await eventually('the signal is kept', () => kept() === times);
  }
  t.notMatch(agent.output(), /serving status page/);
  pd.close();
  for (const socket of asking) {
    socket.destroy();
  }
  await readyAt(agent);
  await eventually('the configuration is reloaded', () => /"configuration reloaded"/.test(agent.output()));
  agent.child.kill('SIGTERM');
  const { status, signal, stderr } = await agent.ended;
  t.strictSame({ status, signal }, { status: 0, signal: null });
  t.equal(stderr.match(/"configuration reloaded"/g)?.length, 1);
});

t.test('SIGHUP while the agent waits for its last connections does not end the agent', async (t) => {
  const agent = runWith(t, '[[instance]]\ncomponent = "tidb"\naddress = "127.0.0.1:1"\n');
  const port = Number(new URL(await readyAt(agent)).port);
  const unfinished = connect(port, '127.0.0.1', () => unfinished.write('GET /metrics HTTP/1.1\r\n'));
  unfinished.on('error', () => undefined);
  t.teardown(() => unfinished.destroy());
  await fetch(`http://127.0.0.1:${port}/-/healthy`);
  agent.child.kill('SIGTERM');
  await eventually('new connections are not accepted', async () => !(await isOpen(port)));
  agent.child.kill('SIGHUP');
  const { status, signal, stderr } = await agent.ended;
  t.strictSame({ status, signal }, { status: 0, signal: null });
  t.match(stderr, /"msg":"stopped"/);
});

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
