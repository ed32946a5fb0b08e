import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { eventually } from '../../support/eventually.js';
import { ask, dial, echo, filesOf, friend, server, tcpServer } from '../../support/proxy.js';
import { runAgent, startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('flags: listens, serves, and SIGTERM drains with exit status 0', async (t) => {
  const { ca, cert, key } = filesOf(t, server);
  const target = `127.0.0.1:${await tcpServer(t, echo)}`;
  const own = ['--cacert', ca, '--cert', cert, '--key', key];
  const args = ['proxy', '--mode', 'terminate', '--listen', '127.0.0.1:0', '--target', target, ...own];
  const agent = startAgent([...args, '--allow-cn', 'friend']);
  t.teardown(() => agent.child.kill('SIGKILL'));
  const portOf = () => Number(/"address":"127\.0\.0\.1:(\d+)"/.exec(agent.output())?.[1]);
  await eventually('it listens', async () => portOf() > 0);
  const socket = await dial(portOf(), friend);
  t.equal(await ask(socket, 'hello'), 'hello');
  agent.child.kill('SIGTERM');
  socket.end();
  const [status] = await once(agent.child, 'exit');
  t.equal(status, 0);
  t.notMatch(agent.output(), /PRIVATE KEY/);
});

t.test('each mistake is one line and a hint, exit status 2', async (t) => {
  const { ca, cert, key } = filesOf(t, server);
  const own = ['--cacert', ca, '--cert', cert, '--key', key];
  const base = ['proxy', '--mode', 'terminate', '--listen', '127.0.0.1:0', '--target', '127.0.0.1:1'];
  const busy = `127.0.0.1:${await tcpServer(t, echo)}`;
  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no list', [...base, ...own], /--allow-cn cannot be used: no client is authorized.*\n.*allow-all/],
    ['a list and all', [...base, ...own, '--allow-cn', 'x', '--allow-all'], /contradict/],
    ['an empty entry', [...base, ...own, '--allow-cn', ''], /an empty entry/],
    ['no certificate', [...base, '--allow-all'], /--cacert is missing/],
    ['no mode', ['proxy', ...base.slice(3)], /--mode is missing/],
    ['no target', [...base.slice(0, 5), ...own, '--allow-all'], /--target is missing/],
    [
      'a bad address',
      [...base.slice(0, 3), '--listen', 'nowhere', ...base.slice(5), ...own, '--allow-all'],
      /--listen is "nowhere", not an address/,
    ],
    ['a stray word', [...base, ...own, '--allow-all', 'stray'], /"stray" is none/],
    ['a name without TLS', [...base, ...own, '--allow-all', '--server-name', 'x'], /--server-name is for TLS/],
    [
      'a target without port',
      [...base.slice(0, 5), '--target', 'h:0', ...own, '--allow-all'],
      /--target is "h:0", not an address to connect to\n.*the port of the target/,
    ],
    ['a level', [...base, ...own, '--allow-all', '--log-level', 'verbose'], /verbose.*\n.*debug, info, warn, error/],
    [
      'a path too long',
      [...base.slice(0, 3), '--listen', `unix:/${'x'.repeat(107)}`, ...base.slice(5), ...own, '--allow-all'],
      /not an address.*\n.*107/,
    ],
    ['a busy address', [...base.slice(0, 3), '--listen', busy, ...base.slice(5), ...own, '--allow-all'], /EADDRINUSE/],
    [
      'a busy address for two workers',
      [...base.slice(0, 3), '--listen', busy, ...base.slice(5), ...own, '--allow-all', '--workers', '2'],
      /EADDRINUSE/,
    ],
    [
      'no workers',
      [...base, ...own, '--allow-all', '--workers', '0'],
      /--workers must be a whole number above 0\n.*--workers 2/,
    ],
    ['a missing file', [...base, '--cacert', ca, '--cert', `${cert}x`, '--key', key, '--allow-all'], /certx/],
    ['verify in terminate', [...base, ...own, '--verify-cn', 'x'], /--verify-cn is of mode originate/],
    [
      'a bad duration',
      [...base, ...own, '--allow-all', '--idle-timeout', 'soon'],
      /--idle-timeout is "soon", not a duration/,
    ],
  ];
  for (const [what, args, expected] of mistakes) {
    const { status, stderr } = await runAgent(...args);
    t.equal(status, 2, what);
    t.match(stderr, expected, what);
    t.equal(stderr.trim().split('\n').length, 2, `${what}: ${stderr}`);
  }
  const file = join(temporaryDirectory(t), 'agent.toml');
  writeFileSync(file, '[[proxy]]\nmode = "terminate"\nlisten = "127.0.0.1:0"\ntarget = "x"\n');
  t.match(await runAgent('proxy', '--config', file), {
    status: 2,
    stderr: /agent\.toml:4:10: \[\[proxy\]\] target is "x", not an address/,
  });
  const table = `[[proxy]]\nname = "one"\nmode = "terminate"\nlisten = "127.0.0.1:0"\ntarget = "127.0.0.1:1"\nallow-all = true\nca-path = "${ca}"\ncert-path = "${cert}"\nkey-path = "${key}"\n`;
  writeFileSync(file, table + table);
  t.match(await runAgent('proxy', '--config', file), {
    status: 2,
    stderr: /agent\.toml:11:8: \[\[proxy\]\] name "one" is there twice\n.*give each its name/,
  });
  writeFileSync(file, 'scope = "node"\n');
  t.match(await runAgent('proxy', '--config', file), { status: 2, stderr: /has no \[\[proxy\]\]/ });
});
