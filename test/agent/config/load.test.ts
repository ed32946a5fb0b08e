import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { hintOf } from '../../../agent/config/error.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { errorMessage } from '../../../credentials/error-text.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('the least file, and what it leaves to defaults', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'agent.toml');
  writeFileSync(file, '[cluster]\nconfigs = ["conf/*.toml"]\n');
  t.strictSame(readAgentConfig(file), {
    scope: 'node',
    security: undefined,
    configs: [join(directory, 'conf/*.toml')],
    topology: [],
    pd: [],
    processes: false,
    refresh: 60_000,
    host: undefined,
    shard: undefined,
    components: [],
    instances: [],
    clients: [],
    acceptances: [],
    probe: {
      interval: 15_000,
      timeout: 5_000,
      concurrency: 16,
      peers: 64,
      negativeInterval: 600_000,
      resumption: false,
      allowTargets: [],
      identityTargets: [],
    },
    wrongName: undefined,
    reload: 'observe',
    historyFile: undefined,
    web: { host: '127.0.0.1', port: 10793, configFile: undefined },
    proxies: [],
  });
});

t.test("another program's port is an instance of `other`", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'agent.toml');
  writeFileSync(file, '[[instance]]\ncomponent = "pump"\naddress = "h:8250"\n');
  t.match(readAgentConfig(file).instances, [{ component: 'other', address: 'h:8250' }]);
  writeFileSync(file, '[[instance]]\ncomponent = "dm-worker"\naddress = "h:8262"\n');
  t.match(readAgentConfig(file).instances, [{ component: 'dm-worker' }]);
});

t.test('every key is read', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'agent.toml');
  writeFileSync(
    file,
    `scope = "cluster"
host = "kv-1"
[security]
ca-path = "ca"
cert-path = "/abs/cert"
key-path = "key"
[[instance]]
component = "tikv"
address = "10.0.1.2:20160"
status-address = "10.0.1.2:20180"
config = "tikv.toml"
version = "8.5.0"
cert-allowed-cn = ["tidb"]
[[instance]]
component = "pd"
address = "[::1]:2379"
peer-address = "[::1]:2380"
ca-path = "a"
cert-path = "b"
key-path = "c"
[[component]]
name = "tikv"
ca-path = "a"
cert-path = "b"
key-path = "c"
cert-allowed-cn = ["tidb"]
copy-delay = "3m"
[probe]
interval = "1m30s"
timeout = "500ms"
concurrency = 4
[web]
listen = "[::]:9999"
config-file = "web.yml"
`,
  );
  t.match(readAgentConfig(file), {
    scope: 'cluster',
    security: { ca: join(directory, 'ca'), cert: '/abs/cert', key: join(directory, 'key') },
    instances: [
      { component: 'tikv', address: '10.0.1.2:20160', config: join(directory, 'tikv.toml'), version: '8.5.0' },
      { component: 'pd', ca: join(directory, 'a'), origin: { file, line: 16 } },
    ],
    host: 'kv-1',
    components: [{ component: 'tikv', cert: join(directory, 'b'), allowedCommonNames: ['tidb'], copyDelay: 180_000 }],
    probe: { interval: 90_000, timeout: 500, concurrency: 4 },
    web: { host: '::', port: 9999, configFile: join(directory, 'web.yml') },
  });
});

const listener = `[[proxy]]
mode = "terminate"
listen = "127.0.0.1:0"
target = "127.0.0.1:1"
allow-all = true
ca-path = "a"
cert-path = "b"
key-path = "c"
name = "x"
`;

const mistakes: readonly (readonly [string, string, RegExp])[] = [
  ['scope = "galaxy"\n', '1:9: scope is "galaxy"', /one of: node, cluster/],
  ['scop = "node"\n', '1:1: unknown key scop', /did you mean scope\?/],
  [
    '[security]\nca-path = "a"\n',
    '2:11: security.ca-path needs security.cert-path and security.key-path, too',
    /add security.cert-path and/,
  ],
  [
    '[security]\ncacert-path = "a"\n',
    '2:1: unknown key security.cacert-path',
    /did you mean security\.(ca|cert)-path\?/,
  ],
  ['[cluster]\nconfigs = "a"\n', '2:11: cluster.configs must be an array of strings', /configs = \["/],
  ['[[instance]]\ncomponent = "tikv"\n', '2:1: [[instance]] address is missing', /write address = "10.0.1.2:20160"/],
  [
    '[[instance]]\ncomponent = "tidv"\naddress = "a:1"\n',
    '2:13: [[instance]] component is "tidv"',
    /did you mean tidb\?/,
  ],
  [
    '[[instance]]\ncomponent = "mysqld"\naddress = "a:1"\n',
    '2:13: [[instance]] component is "mysqld"',
    /one of: tidb, pd, tikv, .*, pump/,
  ],
  [
    '[[instance]]\ncomponent = "pd"\naddress = ""\n',
    '3:11: [[instance]] address must be a string that is not empty',
    /./,
  ],
  ['[[instance]]\ncomponent = "pd"\nadress = "a:1"\n', '3:1: unknown key adress', /did you mean address\?/],
  ['[[component]]\nca-path = "a"\n', '2:1: [[component]] name is missing', /write name = "tikv"/],
  [
    '[[component]]\nname = "tikv"\ncert-path = "a"\n',
    '3:13: [[component]] cert-path needs key-path, too',
    /add key-path/,
  ],
  ['[probe]\ninterval = "soon"\n', '2:12: probe.interval is "soon", not a duration', /"30s"/],
  ['[probe]\ninterval = 15\n', '2:12: probe.interval must be a string', /interval = "30s"/],
  ['[probe]\ntimeout = "1ms"\n', '2:11: probe.timeout is "1ms", not a duration of 100ms or more', /"2s"/],
  ['[probe]\nconcurrency = 0\n', '2:15: probe.concurrency must be a whole number above 0', /concurrency = 4/],
  ['[probe]\nconcurrency = "4"\n', '2:15: probe.concurrency must be a whole number above 0', /concurrency = 4/],
  [
    `${listener}max-connections = "1"\n`,
    '10:19: [[proxy]] max-connections must be a whole number',
    /connections = 500/,
  ],
  [`${listener}alpn = "h2"\n`, '10:8: [[proxy]] alpn must be an array of strings', /write alpn = \["h2"\]/],
  ['[[prox]]\nname = "x"\n', '2:1: unknown table [[prox]]', /did you mean \[\[proxy\]\]\?/],
  [
    '[[listener]]\nname = "x"\n',
    '2:1: unknown table [[listener]]',
    /known: \[\[instance\]\], \[\[component\]\], \[\[client\]\]/,
  ],
  ['[web]\nlisten = "everywhere"\n', '2:10: web.listen is "everywhere", not a listen address', /host:port/],
  ['scope = "node"\nscope = "node"\n', '2:1: ', /fix the syntax/],
];

t.test('each mistake has its location, its reason and a hint', async (t) => {
  const file = join(temporaryDirectory(t), 'agent.toml');
  for (const [text, expected, remediation] of mistakes) {
    writeFileSync(file, text);
    try {
      readAgentConfig(file);
      t.fail(`accepted: ${text}`);
    } catch (error: unknown) {
      t.ok(errorMessage(error).startsWith(`${file}:${expected}`), `${expected}; got ${errorMessage(error)}`);
      t.match(hintOf(error) ?? '', remediation, expected);
    }
  }
});

t.test('any text is read, or is an error with a hint', async () => {
  const keys = fc.constantFrom(
    'scope = "node"',
    '[probe]',
    'interval = "1s"',
    '[[instance]]',
    'component = "pd"',
    'x = [',
    '"',
  );
  const file = join(temporaryDirectory(t), 'agent.toml');
  fc.assert(
    fc.property(fc.array(fc.oneof(keys, fc.string()), { maxLength: 6 }), (lines) => {
      writeFileSync(file, lines.join('\n'));
      try {
        readAgentConfig(file);
      } catch (error: unknown) {
        if (hintOf(error) === undefined) {
          throw error;
        }
      }
    }),
  );
});

t.test('sources of the cluster: PD, topologies, processes, and who else calls', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'agent.toml');
  writeFileSync(
    file,
    `[cluster]
pd = "https://10.0.1.1:2379, https://10.0.1.2:2379"
topology = ["meta.yaml"]
processes = true
refresh = "30s"
[[client]]
name = "pd-ctl"
common-name = "PD-Control"
[[instance]]
component = "tiflash"
address = "10.0.1.4:3930"
metrics-address = "10.0.1.4:8234"
`,
  );
  t.match(readAgentConfig(file), {
    pd: ['https://10.0.1.1:2379', 'https://10.0.1.2:2379'],
    topology: [join(directory, 'meta.yaml')],
    processes: true,
    refresh: 30_000,
    clients: [{ name: 'pd-ctl', commonName: 'PD-Control' }],
    instances: [{ component: 'tiflash', addresses: { metrics: '10.0.1.4:8234' } }],
  });
  for (const [text, expected] of [
    [
      '[cluster]\npd = ["10.0.1.1:2379"]\n',
      /agent\.toml:2:6: cluster\.pd is "10\.0\.1\.1:2379", not a client URL of PD/,
    ],
    ['[[client]]\nname = "pdctl"\ncommon-name = "x"\n', /:2:8: \[\[client\]\] name is "pdctl"/],
    ['[[client]]\nname = "pd-ctl"\n', /\[\[client\]\] common-name is missing/],
    [
      '[[instance]]\ncomponent = "pd"\naddress = "h:1"\nmetrics-address = "h:2"\n',
      /:4:19: \[\[instance\]\] metrics-address names a port that pd does not have/,
    ],
    ['[cluster]\nprocesses = "yes"\n', /processes must be true or false/],
  ] as const) {
    writeFileSync(file, text);
    t.throws(() => readAgentConfig(file), { message: expected }, text);
  }
});
