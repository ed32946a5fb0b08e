import type { Test } from 'tap';
import { pathOf } from '../credentials/verifiers/cases.js';
import { eventually } from './eventually.js';
import { ask, dial, echo, filesOf, friend, server, tcpServer } from './proxy.js';
import { type Program, startAgent } from './run-agent.js';

/** The program as a user meets it: version, a mistake, the demo and a check of it, workers of the proxy. */
export async function worksAlone(t: Test, program: Program): Promise<void> {
  t.match(await startAgent(['--version'], {}, program).ended, {
    status: 0,
    stdout: /^tidb-mtls-agent \d+\.\d+\.\d+\n$/,
  });
  t.match(await startAgent(['demmo'], {}, program).ended, { status: 2, stderr: /did you mean demo\?/ });
  await asksGo(t, program);
  await demonstrates(t, program);
  await sharesAListener(t, program);
}

/** Its verifier that is Go's, which is no JavaScript. */
async function asksGo(t: Test, program: Program): Promise<void> {
  const files = (['x.crt', 'x.key', 'ca.crt'] as const).map((file) => pathOf('c1', file));
  const inspected = await startAgent(['certs', 'inspect', ...files], {}, program).ended;
  t.match(inspected, { stdout: /not by Go \(Go: x509: negative serial number\)/, stderr: '' });
}

async function demonstrates(t: Test, program: Program): Promise<void> {
  const demo = startAgent(['demo', '--listen', '127.0.0.1:0'], {}, program);
  t.teardown(() => demo.child.kill('SIGKILL'));
  await eventually('it prints its addresses', () => /Ctrl-C ends it/.test(demo.output()));
  const [, page = ''] = /status page\s+(\S+)/.exec(demo.output()) ?? [];
  const [, config = ''] = /--config (\S+)/.exec(demo.output()) ?? [];
  t.match(await (await fetch(page)).text(), /0 failed|All \d+ passed/);
  t.match(await (await fetch(`${page}metrics`)).text(), /^tidb_mtls_endpoint_up\{.*\} 1$/m);
  const check = await startAgent(['check', '--config', config], {}, program).ended;
  t.match(check, { status: 0, stdout: /^0 failed/m, stderr: '' }, 'gRPC, HTTP and raw TLS');
  demo.child.kill('SIGINT');
  t.match(await demo.ended, { status: 0, signal: null, stderr: '' });
}

/** Its workers are started from the same one file. */
async function sharesAListener(t: Test, program: Program): Promise<void> {
  const { ca, cert, key } = filesOf(t, server);
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const pair = ['--cacert', ca, '--cert', cert, '--key', key, '--allow-cn', 'friend'];
  const flags = ['proxy', '--mode', 'terminate', '--listen', '127.0.0.1:0', '--target', target, '--workers', '2'];
  const proxy = startAgent([...flags, ...pair], {}, program);
  t.teardown(() => proxy.child.kill('SIGKILL'));
  const port = () => Number(/"address":"127\.0\.0\.1:(\d+)","workers":2/.exec(proxy.output())?.[1]);
  await eventually('both listen', () => port() > 0);
  const socket = await dial(port(), friend);
  t.equal(await ask(socket, 'hello'), 'hello', 'through a worker');
  socket.end();
  proxy.child.kill('SIGTERM');
  t.match(await proxy.ended, { status: 0, signal: null });
}
