import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { Processes } from '../../../agent/collect/processes.js';

const listener = 'const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
const linux = { skip: process.platform === 'linux' ? false : 'needs /proc' };

t.test('the start of a process is found by its name and its listening port', linux, async (t) => {
  const before = Date.now();
  const child = spawn(process.execPath, ['-e', listener], { argv0: '/deploy/bin/pd-server' });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const port = Number(String(line));
  const processes = new Processes();
  const start = processes.startOf('pd-server', [port])?.getTime() ?? Number.NaN;
  const after = Date.now();
  // The kernel counts hundredths of a second from a boot time in whole seconds.
  const slack = 1_500;
  t.ok(start > before - slack && start < after + slack, `${before} ${start} ${after}`);
  t.equal(processes.startOf('tikv-server', [port]), undefined, 'another executable');
  t.equal(processes.startOf('pd-server', [1]), undefined, 'another port');
});

t.test('without /proc the start is unknown, and nothing fails', async (t) => {
  t.equal(new Processes('/nowhere').startOf('pd-server', [2379]), undefined);
});
