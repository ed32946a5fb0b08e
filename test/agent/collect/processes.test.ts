import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Processes } from '../../../agent/collect/processes.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

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

t.test('connections, which the kernel lists after all listening sockets, are not read', async (t) => {
  const root = temporaryDirectory(t);
  const line = (port: number, state: string) =>
    `   0: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 0:0 0:0 0 0 0 ${port} 1\n`;
  const listeners = Array.from({ length: 200 }, (_, index) => line(2_000 + index, index % 2 === 0 ? '0A' : '03'));
  const others = Array.from({ length: 200 }, () => line(5_000, '06'));
  mkdirSync(join(root, '7/fd'), { recursive: true });
  mkdirSync(join(root, 'net'));
  writeFileSync(join(root, 'net/tcp'), ['  sl local_address\n', ...listeners, ...others, line(2_379, '0A')].join(''));
  writeFileSync(join(root, '7/cmdline'), '/bin/pd-server\0');
  writeFileSync(join(root, '7/stat'), `7 (pd) S ${'0 '.repeat(18)}100 0`);
  writeFileSync(join(root, 'stat'), 'btime 1000\n');
  symlinkSync('socket:[2198]', join(root, '7/fd/3'));
  symlinkSync('socket:[2379]', join(root, '7/fd/4'));
  const processes = new Processes(root);
  t.strictSame(processes.startOf('pd-server', [2_198]), new Date(1_002_000), 'the later bound');
  t.equal(processes.startOf('pd-server', [2_379]), undefined);
});

t.test('without /proc the start is unknown, and nothing fails', async (t) => {
  t.equal(new Processes('/nowhere').startOf('pd-server', [2379]), undefined);
});
