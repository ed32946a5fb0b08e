import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Problem } from '../../../cluster/documents/origin.js';
import { formatOrigin } from '../../../cluster/documents/origin.js';
import { instanceOf } from '../../../cluster/inventory/component-config.js';
import { describeProcesses } from '../../../cluster/sources/command-lines.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A folder in the layout of /proc, with one process whose working directory is `deploy`. */
function proc(t: Test, files: Readonly<Record<string, string>>, ...args: readonly string[]): string {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'proc/77'), { recursive: true });
  mkdirSync(join(directory, 'deploy/conf'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(directory, 'deploy', name), text);
  }
  writeFileSync(join(directory, 'proc/77/cmdline'), `${args.join('\0')}\0`);
  symlinkSync(join(directory, 'deploy'), join(directory, 'proc/77/cwd'));
  return join(directory, 'proc');
}

function instanceFrom(root: string) {
  const problems: Problem[] = [];
  const [described] = describeProcesses(problems, root);
  const instance = described === undefined ? undefined : instanceOf(described, problems);
  return { instance, problems };
}

t.test('flags override the file, and both keep their positions', async (t) => {
  const root = proc(
    t,
    {
      'conf/pd.toml':
        'client-urls = "https://10.0.0.1:2379"\n[security]\ncacert-path = "tls/ca.crt"\ncert-path = "tls/pd.crt"\nkey-path = "tls/pd.pem"\ncert-allowed-cn = ["a", "b"]\n',
    },
    ...['bin/pd-server', '--client-urls=http://10.0.0.1:2379', '--config', 'conf/pd.toml'],
  );
  const { instance, problems } = instanceFrom(root);
  t.strictSame(problems, []);
  const client = instance?.endpoints.find(({ name }) => name === 'client');
  t.match(client, { scheme: 'http', host: '10.0.0.1', port: 2379, allowList: { value: ['a', 'b'] } });
  t.equal(client && formatOrigin(client.origin), 'process 77 --client-urls');
  t.match(instance?.security.cert?.value, /\/deploy\/tls\/pd\.crt$/, 'relative to the working directory');
});

t.test('TiCDC and the services of PD by flags alone', async (t) => {
  const cdc = proc(
    t,
    {},
    ...['/deploy/bin/cdc', 'server', '--addr', '0.0.0.0:8300', '--advertise-addr', '10.0.0.5:8300'],
    ...['--ca', 'tls/ca.crt', '--cert', 'tls/cdc.crt', '--key', 'tls/cdc.pem', '--cert-allowed-cn', 'a,b'],
  );
  t.match(instanceFrom(cdc).instance, {
    component: 'ticdc',
    endpoints: [{ scheme: 'https', host: '10.0.0.5', allowList: { value: ['a', 'b'] } }],
  });
  const tso = proc(t, {}, 'pd-server', 'services', 'tso', '--listen-addr=http://10.0.0.6:3379');
  t.match(instanceFrom(tso).instance, { component: 'tso', endpoints: [{ scheme: 'http', port: 3379 }] });
});

t.test('other programs, a file that does not parse, and no /proc', async (t) => {
  t.equal(instanceFrom(proc(t, {}, 'bash', '--config', 'x')).instance, undefined);
  const bad = proc(
    t,
    { 'conf/tikv.toml': '[server\n' },
    'tikv-server',
    '-C',
    'conf/tikv.toml',
    '--addr=10.0.0.7:20160',
  );
  t.match(instanceFrom(bad), { problems: [{ code: 'toml-syntax' }], instance: { endpoints: [{ host: '10.0.0.7' }] } });
  t.strictSame(describeProcesses([], '/nowhere'), []);
});
