import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { readComponentConfig } from '../../cluster/component-config.js';
import { ConfigError } from '../../cluster/config-error.js';
import { buildInventory } from '../../cluster/inventory-builder.js';
import { formatProblem, lintFile } from '../../cluster/lint.js';
import { parseToml } from '../../cluster/toml.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test('values have their places, dotted and nested alike', async (t) => {
  for (const [text, line, column] of [
    ['[security]\nca-path = "x"\n', 2, 11],
    ['security.ca-path = "x"\n', 1, 20],
    ['security = { ca-path = "x" }\n', 1, 24],
    ['\uFEFF[security]\r\n# comment\r\nca-path = "x"\r\n', 3, 11],
  ] as const) {
    t.match(parseToml(text, 'f').get('security.ca-path'), { value: 'x', origin: { file: 'f', line, column } }, text);
  }
});

t.test('whatever the text, parsing throws a ConfigError or nothing', async () => {
  const fragment = fc.constantFrom('[a]', '[[a]]', 'a = 1', 'a.b = "x"', '"', '{{ if }}', '[', '= ', '\n', '\r\n');
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fragment, fc.string()), { maxLength: 8 }).map((parts) => parts.join('\n')),
      (text) => {
        try {
          parseToml(text, 'f').keys();
        } catch (error: unknown) {
          if (!(error instanceof ConfigError)) {
            throw error;
          }
        }
      },
    ),
  );
});

t.test('reads instance, ports, lists and paths as the component would', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(join(directory, 'tikv-20160/conf'), { recursive: true });
  const file = join(directory, 'tikv-20160/conf/tikv.toml');
  writeFileSync(
    file,
    '[server]\naddr = "0.0.0.0:20160"\nadvertise-addr = "10.0.1.2:20160"\nstatus-addr = "0.0.0.0:20180"\n[security]\nca-path = "tls/ca.crt"\ncert-path = "tls/tikv.crt"\nkey-path = "/abs/tikv.pem"\ncert-allowed-cn = ["tidb"]\n',
  );
  const { instance, problems } = readComponentConfig(file);
  t.strictSame(problems, []);
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

const mistakes: readonly (readonly [string, string, string, string])[] = [
  [
    'two of three keys',
    'tikv.toml',
    '[server]\naddr = "h:1"\n[security]\nca-path = "a"\ncert-path = "b"\n',
    '4:11: error: TLS needs three keys, and key-path is not set: TiKV does not start [incomplete-tls]',
  ],
  [
    "another component's spelling",
    'pd.toml',
    'client-urls = "https://h:1"\n[security]\nca-path = "a"\n',
    '3:1: error: PD does not know security.ca-path, so it counts as not set [unknown-key]',
  ],
  [
    'a list under a wrong name',
    'tidb.toml',
    '[security]\ncert-verify-cn = ["x"]\n',
    '2:1: error: TiDB does not know security.cert-verify-cn, so it counts as not set [unknown-key]',
  ],
  [
    'http with certificates',
    'pd.toml',
    'client-urls = "http://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\n',
    '1:15: error: client-urls is http although certificates are set: PD serves plaintext [plaintext-url]',
  ],
  [
    'https and http together',
    'pd.toml',
    'client-urls = "https://h:1,http://h:1"\n',
    '1:15: error: client-urls has https and http: the plaintext URL lets anybody in [mixed-schemes]',
  ],
  [
    'an empty name',
    'tikv.toml',
    '[server]\naddr = "h:1"\n[security]\ncert-allowed-cn = ["a", ""]\n',
    '4:19: error: an empty entry in cert-allowed-cn admits certificates without a Common Name [empty-name]',
  ],
  [
    'a list PD does not enforce',
    'pd.toml',
    'client-urls = "https://h:1"\n[security]\ncacert-path = "a"\ncert-path = "b"\nkey-path = "c"\ncert-allowed-cn = ["pd"]\n',
    '6:19: warning: cert-allowed-cn with one entry is not enforced on the PD client port: any certificate of the CA is let in [list-not-enforced]',
  ],
  [
    'a wrong type',
    'tidb.toml',
    '[security]\ncluster-verify-cn = "x"\n',
    '2:21: error: security.cluster-verify-cn must be an array of strings [wrong-type]',
  ],
  ['a syntax error', 'tidb.toml', '[security\n', '2:1: error: Unterminated table-key [toml-syntax]'],
  [
    'a template',
    'tikv.toml',
    '{{- if eq 1 }}\n[security]\n{{- end }}\n',
    '1:1: error: not TOML but a template that was not rendered [toml-syntax]',
  ],
];

t.test('lint names each mistake with its place', async (t) => {
  for (const [what, name, text, expected] of mistakes) {
    const file = join(temporaryDirectory(t), name);
    writeFileSync(file, text);
    const lines = lintFile(file).map(formatProblem);
    t.equal(lines.length, 1, `${what}: one problem, got ${lines.join(' | ')}`);
    t.ok(lines[0]?.startsWith(`${file}:${expected}`), `${what}: ${lines[0]}`);
  }
});

t.test('what only looks like a mistake is none', async (t) => {
  for (const [name, text] of [
    [
      'tikv.toml',
      '[server]\naddr = "h:1"\n[security]\nca-path = ""\n[security.encryption]\ndata-encryption-method = "plaintext"\n',
    ],
    ['tidb.toml', '[security]\nssl-ca = "a"\nssl-cert = "b"\nauto-tls = true\n'],
    ['pd.toml', 'client-urls = "http://h:1"\n[dashboard]\ntidb-cacert-path = "a"\n'],
    ['tidb.toml', '[log]\nlevl = "typo outside TLS"\n'],
  ] as const) {
    const file = join(temporaryDirectory(t), name);
    writeFileSync(file, text);
    t.strictSame(lintFile(file).map(formatProblem), [], text);
  }
});

t.test('the inventory goes on with what can be used, and says what cannot', async (t) => {
  const directory = temporaryDirectory(t);
  const origin = { kind: 'flag', name: '--instance' } as const;
  const { instances, problems } = buildInventory({
    configs: [join(directory, 'absent.toml'), directory],
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

const corpus = process.env.TIDB_REAL_CONFIGS;

t.test(
  "other people's files: no crash, and nothing to say of a clean one",
  { skip: corpus === undefined ? 'TIDB_REAL_CONFIGS names no folder' : false },
  async (t) => {
    const index = readFileSync(join(corpus ?? '', 'INDEX.tsv'), 'utf8')
      .split('\n')
      .map((line) => line.split('\t'));
    for (const component of ['tidb', 'pd', 'tikv']) {
      const folder = join(corpus ?? '', component);
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const problems = lintFile(join(folder, name));
        const verdict = index.find(([path]) => path === `${component}/${name}`)?.at(-1) ?? '';
        if (/^"?CLEAN/.test(verdict)) {
          t.strictSame(
            problems.filter(({ code }) => code !== 'unknown-component').map(formatProblem),
            [],
            `${component}/${name}`,
          );
        } else if (/^"?(MISTAKE|PARSE)/.test(verdict)) {
          t.ok(problems.length > 0, `${component}/${name}: ${verdict}`);
        }
      }
    }
  },
);
