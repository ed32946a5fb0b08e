import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { agentMain } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const major = Number(process.versions.node.split('.')[0]);
/** Node refuses flags that it does not know: 20 has another name for the first, and only 26 denies the network without the second. */
const permission = [
  major >= 24 ? '--permission' : '--experimental-permission',
  ...(process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
];

t.test('it runs without code from text, child processes, workers, or a place to write to', async (t) => {
  const cluster = await devCluster(t);
  const state = temporaryDirectory(t);
  writeFileSync(
    cluster.agentConfig,
    `${readFileSync(cluster.agentConfig, 'utf8')}\n[history]\nfile = "${join(state, 'history.jsonl')}"\n`,
  );
  const flags = [
    ...['--disallow-code-generation-from-strings', '--disable-proto=delete', ...permission],
    ...['--allow-fs-read=*', `--allow-fs-write=${state}/`],
  ];
  const run = [agentMain, 'run', '--config', cluster.agentConfig, '--listen', '127.0.0.1:0'];
  // The test runner has every process it starts preload what is not allowed here, so another program starts ours.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, ...flags, ...run]);
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const status = new Promise((resolve) => child.on('close', resolve));
  let url = '';
  await eventually('it has looked at everything', async () => {
    if (child.exitCode !== null) {
      throw new Error(output);
    }
    url = /"address":"(http:[^"]+)"/.exec(output)?.[1] ?? '';
    return url !== '' && (await fetch(`${url}/-/ready`)).status === 200;
  });
  t.match(await (await fetch(url)).text(), /0 failed|All \d+ passed/);
  t.match(await (await fetch(`${url}/metrics`)).text(), /^tidb_mtls_endpoint_up\{component="pd".*\} 1$/m);
  await cluster.rotate('tidb');
  await eventually('the rotation is in the history file', () =>
    /"kind":"rotation"/.test(readFileSync(join(state, 'history.jsonl'), 'utf8')),
  );

  child.kill('SIGUSR1');
  t.equal((await fetch(`${url}/-/healthy`)).status, 200, 'SIGUSR1 ends nothing');
  t.notMatch(output, /Debugger listening/, 'and opens no debugger');
  child.kill('SIGTERM');
  t.equal(await status, 0);
});
