import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { KeyTraces } from '../../support/key-traces.js';
import { layOutKeys } from '../../support/keys-laid-out.js';
import { agentMain } from '../../support/run-agent.js';

/** The built program in its many files: it is loaded again for each command, and these share their libraries. */
const builtMain = join(import.meta.dirname, '../../../dist/agent/cli/main.js');

/** As talkative as program, runtime and libraries can be made. */
const loudest = {
  ...process.env,
  NODE_DEBUG: 'tls,https,http,http2,net,stream,fs,undici,timer',
  GRPC_TRACE: 'all',
  GRPC_VERBOSITY: 'DEBUG',
};

interface Running {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly stop: () => void;
}

function start(t: Test, args: readonly string[]): Running {
  const child = spawn(process.execPath, [agentMain, ...args], { env: loudest });
  t.teardown(() => child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  return {
    output: () => Buffer.concat(chunks).toString('latin1'),
    ended: new Promise((resolve) => child.on('close', resolve)),
    stop: () => child.kill('SIGTERM'),
  };
}

t.test('no command prints a byte of a key, whatever is wrong with it', async (t) => {
  const cluster = await devCluster(t);
  const { at, keys, ec } = await layOutKeys(t, cluster);
  const traces = new KeyTraces(keys);
  const config = cluster.agentConfig;
  const instance = ['--instance', `tidb=127.0.0.1:${cluster.port('tidb', 'status')}`];
  const as = (cert: string, key: string, ca = cluster.files('agent').ca) => [
    ...['--cacert', ca, '--cert', cert, '--key', key],
  ];
  const keyNames = ['ec', 'sec1', 'rsa', 'pkcs1', 'encrypted', 'torn', 'garbled', 'der'].map((name) =>
    at(`${name}.key`),
  );
  for (const name of ['tidb.toml', 'pd.toml', 'agent.toml', 'topology.yaml', 'web.yaml']) {
    copyFileSync(at('rsa.key'), at(name));
  }
  const inline = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return at(name);
  };
  const quoted = JSON.stringify(ec.keyPem);
  const inlined = [
    inline(
      'inline-tidb.toml',
      `[security]\ncluster-ssl-ca = "ca.crt"\ncluster-ssl-cert = "ec.crt"\ncluster-ssl-key = ${quoted}\n`,
    ),
    inline(
      'inline-tikv.toml',
      `[security]\nca-path = ${quoted}\ncert-path = ${quoted}\nkey-path = """${ec.keyPem}"""\n`,
    ),
    inline('inline-pd.toml', `[security]\ncacert-path = ${quoted}\nkey-path = ${quoted}\nnonsense = ${quoted}\n`),
    inline('open-string.toml', `[security]\nkey-path = "${ec.keyPem}"\n`),
    inline('inline.yaml', `global:\n  enable_tls: true\n  key: ${quoted}\ntikv_servers:\n  - host: ${quoted}\n`),
  ];
  const ownInline = inline(
    'own-inline.toml',
    `[security]\nca-path = "ca.crt"\ncert-path = "ec.crt"\nkey-path = ${quoted}\n[[instance]]\ncomponent = "tidb"\naddress = "127.0.0.1:1"\n`,
  );
  const webInline = inline('inline-web.yml', `tls_server_config:\n  cert: ${quoted}\n  key: ${quoted}\n`);
  const linted = [...inlined, ...['tidb.toml', 'pd.toml', 'agent.toml', 'topology.yaml'].map(at), ownInline];
  const withWeb = (web: string) =>
    inline(`agent-${web.split('/').at(-1)}.toml`, `${readFileSync(config, 'utf8')}\n[web]\nconfig-file = "${web}"\n`);
  const candidate = ['rehearse', '--config', config, '--component', 'tidb'];
  const commands: readonly (readonly string[])[] = [
    [],
    ['--help'],
    ['nonsense'],
    ...[
      [],
      ['--json'],
      ['--json', '--all'],
      ['--matrix'],
      ['--matrix', '--json'],
      ['--inventory'],
      ['--inventory', '--json'],
    ].map((flags) => ['check', '--config', config, ...flags]),
    ...keyNames.flatMap((key) => [
      ['check', '--no-negative-probes', ...instance, ...as(at('ec.crt'), key)],
      ['certs', 'inspect', key],
    ]),
    ['check', '--no-negative-probes', '--json', ...instance, ...as(at('ec.key'), at('ec.key'), at('ec.key'))],
    ['certs', 'inspect', at('both.pem')],
    ['check', ...instance, ...as(at('both.pem'), at('both.pem'), at('both.pem'))],
    ['check', ...instance, ...as(at('ec.crt'), ec.keyPem)],
    ['check', '--config', at('agent.toml')],
    ['check', '--topology', at('topology.yaml'), ...instance],
    ['check', '--before-enable', '--topology', at('topology.yaml')],
    ['check', '--pd', ec.keyPem],
    ['check', ec.keyPem],
    ['check', '--config', ownInline],
    ['check', '--config', ownInline, '--json', '--all'],
    ...inlined.flatMap((file) => [
      ['check', '--no-negative-probes', file],
      ['check', '--inventory', '--json', file],
      ['check', '--no-negative-probes', '--json', '--all', file],
    ]),
    ...[[], ['--json'], ['--sarif']].map((flags) => ['lint', ...flags, ...linted]),
    [...candidate, '--cert', at('ec.crt'), '--key', at('ec.key'), '--all'],
    [...candidate, '--cert', at('ec.crt'), '--key', at('rsa.key'), '--json'],
    [...candidate, '--cert', at('ec.key'), '--key', at('torn.key'), '--json'],
    ['run', '--config', at('agent.toml'), '--log-level', 'debug'],
    ['run', '--config', ownInline, '--log-level', ec.keyPem],
    ['run', '--config', withWeb(at('web.yaml')), '--log-level', 'debug'],
    ['run', '--config', withWeb(webInline), '--log-level', 'debug'],
    ...keyNames.map((key) => [
      ...['proxy', '--mode', 'terminate', '--listen', '127.0.0.1:0', '--target', '127.0.0.1:1', '--allow-all'],
      ...['--log-level', 'debug', '--handshake-timeout', 'x', ...as(at('rsa.crt'), key)],
    ]),
    ['proxy', '--mode', 'terminate', '--listen', ec.keyPem, '--target', ec.keyPem, ...as(at('ec.crt'), ec.keyPem)],
  ];
  const output = await outputOf(t, commands);
  const parts = output.split(/\n@@ (?:\d+|end)\n/);
  t.equal(parts.length, commands.length + 2, 'every command ran');
  for (const [index, command] of commands.entries()) {
    const words = command.map((word) => (word.includes('PRIVATE KEY') ? '(a key)' : word)).join(' ');
    t.strictSame(traces.find(parts[index + 1] ?? ''), [], `${parts[index + 1]?.length} bytes of ${words}`);
  }
  t.comment(`${commands.length} commands, ${output.length} bytes of output`);
});

/** Both streams of all commands, one after the other. */
function outputOf(t: Test, commands: readonly (readonly string[])[]): Promise<string> {
  const runner = fileURLToPath(import.meta.resolve('../../support/run-commands.js'));
  const child = spawn(process.execPath, [runner], { env: { ...loudest, NODE_OPTIONS: '' } });
  t.teardown(() => child.kill('SIGKILL'));
  child.stdin.end(JSON.stringify([builtMain, ...commands]));
  const chunks: Buffer[] = [];
  // In the order in which they come, so that what is said to stderr belongs to the command above it or the next.
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => child.on('close', () => resolve(Buffer.concat(chunks).toString('latin1'))));
}

t.test('the sidecar keeps keys to itself through every kind of rotation', async (t) => {
  const cluster = await devCluster(t);
  const { at, keys } = await layOutKeys(t, cluster);
  const own = cluster.files('agent');
  const tidb = cluster.files('tidb');
  const history = at('history.jsonl');
  const proxy = `[[proxy]]\nname = "p"\nmode = "terminate"\nlisten = "127.0.0.1:0"\ntarget = ["127.0.0.1:1"]\nallow-all = true\nca-path = "${at('ca.crt')}"\ncert-path = "${at('ec.crt')}"\nkey-path = "${at('ec.key')}"\n`;
  writeFileSync(
    at('agent.toml'),
    `${readFileSync(cluster.agentConfig, 'utf8')}
[history]
file = "${history}"
[web]
listen = "127.0.0.1:0"
config-file = "${at('web.yml')}"
[wrong-name]
cert-path = "${at('ec.crt')}"
key-path = "${at('ec.key')}"
${proxy}`,
  );
  // The configuration of the dev cluster names its files relative to itself.
  const text = readFileSync(at('agent.toml'), 'utf8').replaceAll(/"([^"/]+\/[^"]*)"/g, (whole, path: string) =>
    existsSync(join(cluster.directory, path.split('*')[0] ?? '')) ? `"${join(cluster.directory, path)}"` : whole,
  );
  writeFileSync(at('agent.toml'), text);
  const traces = new KeyTraces(keys);
  const agent = start(t, ['run', '--config', at('agent.toml'), '--log-level', 'debug']);
  let url = '';
  await eventually('it serves', () => {
    url = /"address":"(https:\/\/[^"]+)"[^\n]*serving status page/.exec(agent.output())?.[1] ?? '';
    return url !== '';
  });
  const { Agent, fetch: get } = await import('undici');
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  t.teardown(() => dispatcher.close());
  const read = async (path: string, method = 'GET') => {
    const response = await get(`${url}${path}`, { dispatcher, method });
    return { status: response.status, text: `${JSON.stringify([...response.headers])}\n${await response.text()}` };
  };
  const target = `127.0.0.1:${cluster.port('tidb', 'status')}`;
  const paths = [
    ...['/', '/style.css', '/metrics', '/sd', '/api/v1/events', '/api/v1/matrix', '/api/v1/findings'],
    ...['/-/healthy', '/-/ready', '/nothing', '/config', '/debug', '/debug/pprof/heap', '/api/v1/status/config'],
    ...[`/probe?target=${target}&module=tidb_status`, '/probe', `/probe?target=${own.key}&module=${own.key}`],
  ];
  const look = async (
    when: string,
    looked: readonly string[] = ['/', '/metrics', '/api/v1/events', '/api/v1/findings'],
  ) => {
    for (const path of looked) {
      const { status, text } = await read(path);
      t.strictSame(traces.find(text), [], `${when}: ${status} ${path.slice(0, 40)}`);
    }
  };
  await look('at rest', paths);

  const good = { cert: readFileSync(tidb.cert), key: readFileSync(tidb.key) };
  const changes: Readonly<Record<string, string>> = {
    'the key of another': at('rsa.key'),
    'a torn key': at('torn.key'),
    'an encrypted key': at('encrypted.key'),
    'a key in DER': at('der.key'),
    'certificate and key in one': at('both.pem'),
  };
  for (const [what, file] of Object.entries(changes)) {
    const before = agent.output().split('a credential file changed').length;
    writeFileSync(tidb.key, readFileSync(file));
    writeFileSync(own.key, readFileSync(file));
    writeFileSync(at('rsa.key'), readFileSync(file));
    await eventually(what, () => agent.output().split('a credential file changed').length > before);
    await look(what);
  }
  writeFileSync(tidb.cert, good.key);
  await read('/-/reload', 'POST');
  await look('a key in place of the certificate');
  writeFileSync(at('agent.toml'), readFileSync(at('pkcs1.key')));
  t.match(await read('/-/reload', 'POST'), { status: 500 });
  t.strictSame(traces.find((await read('/-/reload', 'POST')).text), [], 'a key in place of the configuration');
  writeFileSync(at('web.yml'), readFileSync(at('pkcs1.key')));
  await look('a key in place of the web configuration');
  agent.stop();
  t.equal(await agent.ended, 0);
  t.match(agent.output(), /web configuration not reloaded/);
  t.strictSame(traces.find(agent.output()), [], `${agent.output().length} bytes of log`);
  t.strictSame(traces.find(readFileSync(history)), [], `${readFileSync(history).length} bytes of history`);
});
