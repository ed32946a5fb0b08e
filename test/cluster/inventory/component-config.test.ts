import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { formatProblem } from '../../../cluster/documents/origin.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import { readComponentConfig } from '../../../cluster/inventory/component-config.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('reads instance, ports, lists and paths as the component does', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'tikv-20160/conf'), { recursive: true });
  const file = join(directory, 'tikv-20160/conf/tikv.toml');
  writeFileSync(
    file,
    '[server]\naddr = "0.0.0.0:20160"\nadvertise-addr = "10.0.1.2:20160"\nstatus-addr = "0.0.0.0:20180"\n[security]\nca-path = "tls/ca.crt"\ncert-path = "tls/tikv.crt"\nkey-path = "/abs/tikv.pem"\ncert-allowed-cn = ["tidb"]\n',
  );
  const { instance, problems } = readComponentConfig(file);
  t.strictSame(
    problems.filter(({ severity }) => severity !== 'note'),
    [],
  );
  t.match(instance, {
    component: 'tikv',
    name: '10.0.1.2:20180',
    security: {
      ca: { value: join(directory, 'tikv-20160/tls/ca.crt'), origin: { line: 6, column: 11 } },
      key: { value: '/abs/tikv.pem' },
      allowedCommonNames: { value: ['tidb'] },
    },
    endpoints: [
      { name: 'grpc', host: '10.0.1.2', port: 20160, scheme: 'https' },
      { name: 'status', port: 20180 },
    ],
    advertisedHosts: [{ value: '10.0.1.2' }],
  });
});

t.test('with only a list of alternative names the allow-list is unknown: the build decides', async (t) => {
  const directory = temporaryDirectory(t);
  const read = (list: string) => {
    const file = join(directory, 'tikv.toml');
    writeFileSync(
      file,
      `[server]\naddr = "h:1"\nstatus-addr = "h:2"\n[security]\nca-path = "/a"\ncert-path = "/b"\nkey-path = "/c"\n${list}\n`,
    );
    return readComponentConfig(file).instance;
  };
  const alone = read('cert-allowed-san = ["tidb.example"]');
  t.match(alone?.security.allowedAlternativeNames, { value: ['tidb.example'], origin: { line: 8, column: 20 } });
  t.match(alone?.endpoints, [{ allowList: 'unknown' }, { allowList: 'unknown' }]);
  t.match(read('cert-allowed-san = []')?.endpoints, [{ allowList: 'none' }, { allowList: 'none' }]);
  t.match(read('cert-allowed-san = ["x"]\ncert-allowed-cn = ["tidb"]')?.endpoints, [
    { allowList: { value: ['tidb'] } },
    { allowList: { value: ['tidb'] } },
  ]);
});

t.test('the inventory uses what it can, and reports the rest as problems', async (t) => {
  const directory = temporaryDirectory(t);
  const origin = { kind: 'flag', name: '--instance' } as const;
  const { instances, problems } = buildInventory({
    files: [join(directory, 'absent.toml'), directory],
    instances: [
      { component: 'tikv', address: '[::1]:20160', addresses: { status: '[::1]:20180' }, origin },
      { component: 'pd', address: 'nonsense', origin },
    ],
  });
  t.match(instances, [
    {
      component: 'tikv',
      name: '[::1]:20180',
      local: false,
      endpoints: [{ host: '::1', port: 20160, scheme: 'https' }, {}],
    },
  ]);
  t.match(problems.map(formatProblem), [
    /absent\.toml:1:1: error: cannot be read \(ENOENT\)/,
    /is not a regular file/,
    /--instance: error: "nonsense" is not host:port/,
  ]);
});

t.test('a misspelt allow-list is a problem of the file, since the component ignores it', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'tikv.toml');
  writeFileSync(file, '[server]\naddr = "h:1"\n[security]\ncert-alowed-cn = ["tidb"]\n');
  t.match(readComponentConfig(file).problems.map(formatProblem), [
    /tikv\.toml:4:1: error: TiKV does not know security\.cert-alowed-cn, so it counts as not set \[unknown-key\]$/,
  ]);
  const main = join(directory, 'tiflash.toml');
  const learner = join(directory, 'tiflash-learner.toml');
  writeFileSync(main, `[flash]\nservice_addr = "h:1"\n[flash.proxy]\nconfig = ${JSON.stringify(learner)}\n`);
  writeFileSync(learner, '[server]\nengine-addr = "h:1"\n[security]\ncert-allowed-cns = ["tidb"]\n');
  t.match(readComponentConfig(main).problems.map(formatProblem), [
    /tiflash-learner\.toml:4:1: error: TiFlash proxy does not know security\.cert-allowed-cns,/,
  ]);
});

t.test("TiFlash's two files make one instance: ports and lists from either", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'tiflash.toml');
  writeFileSync(
    file,
    '[flash]\nservice_addr = "10.0.0.5:3930"\n[flash.proxy]\nconfig = "learner.toml"\n[status]\nmetrics_port = 8235\n[security]\nca_path = "a"\ncert_path = "b"\nkey_path = "c"\ncert_allowed_cn = "tidb"\n',
  );
  writeFileSync(
    join(directory, 'learner.toml'),
    '[server]\nengine-addr = "10.0.0.5:3930"\naddr = "0.0.0.0:20171"\nadvertise-addr = "10.0.0.5:20171"\nstatus-addr = "0.0.0.0:20293"\n[security]\ncert-allowed-cn = ["tikv"]\n',
  );
  const { instance, problems } = readComponentConfig(file);
  t.strictSame(
    problems.filter(({ severity }) => severity !== 'note').map(({ code }) => code),
    ['learner-disagrees', 'list-without-tls'],
    'what the rules say of these lists and paths',
  );
  t.match(instance, {
    name: '10.0.0.5:8235',
    endpoints: [
      { name: 'grpc', port: 3930, allowList: { value: ['tidb'] } },
      { name: 'metrics', port: 8235, allowList: { value: ['tidb'] } },
      { name: 'proxy', port: 20171, allowList: { value: ['tikv'], origin: { line: 7 } } },
      { name: 'status', port: 20293, allowList: { value: ['tikv'] } },
    ],
  });
});

t.test('the content of a file, then its name, shows its component', async (t) => {
  const directory = join(temporaryDirectory(t), 'some/where');
  mkdirSync(directory, { recursive: true });
  for (const [name, text, component] of [
    ['x.toml', 'capture-session-ttl = 10\n', 'ticdc'],
    ['x.toml', '[proxy]\npd-addrs = "h:1"\n', 'tiproxy'],
    ['x.toml', '[raft]\npd_addr = "h:1"\n', 'tiflash'],
    ['x.toml', '[server]\nengine-addr = "h:1"\n[raftdb]\n', 'tiflash'],
    ['x.toml', '[raftstore]\ncapacity = 1\n', 'tikv'],
    ['x.toml', 'client-urls = "http://h:1"\npeer-urls = "http://h:2"\n', 'pd'],
    ['tso.toml', 'backend-endpoints = "http://h:1"\n', 'tso'],
    ['cdc.toml', '[security]\nca-path = "a"\n', 'ticdc'],
    ['tikv.toml', '[security]\nca-path = "a"\n', 'tikv'],
    ['x.toml', 'a = 1\n', undefined],
  ] as const) {
    const file = join(directory, name);
    writeFileSync(file, text);
    t.equal(readComponentConfig(file).described?.component, component, `${name}: ${text}`);
  }
});
