import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import t from 'tap';
import { readWebConfig } from '../../../agent/http/web-config.js';
import { ConfigError } from '../../../cluster/documents/config-error.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const hash = hashSync('secret', 4);

t.test('reads every setting of the format, paths relative to the file', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'web.yml');
  writeFileSync(
    file,
    `tls_server_config:
  cert_file: tls/server.crt
  key_file: /abs/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: tls/ca.crt
  client_allowed_sans: [prometheus.example.com]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, TLS_AES_128_GCM_SHA256]
  curve_preferences: [CurveP256, X25519]
  prefer_server_cipher_suites: true
http_server_config:
  http2: true
  headers:
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: ${hash}
rate_limit:
  interval: 500ms
  burst: 20
`,
  );
  t.strictSame(readWebConfig(file), {
    tls: {
      cert: join(directory, 'tls/server.crt'),
      key: '/abs/server.key',
      clientCa: join(directory, 'tls/ca.crt'),
      clientAuth: 'RequireAndVerifyClientCert',
      allowedSans: ['prometheus.example.com'],
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-SHA'],
      curves: ['prime256v1', 'X25519'],
    },
    headers: { 'strict-transport-security': 'max-age=31536000' },
    users: new Map([['alice', hash]]),
    rateLimit: { interval: 500, burst: 20 },
  });
});

t.test('what the fixtures of exporter-toolkit have without quotes is taken', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(
    file,
    `rate_limit: {interval: 0, burst: 0}
http_server_config:
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=31536000; includeSubDomains
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256]
  curve_preferences: [CurveP256, X25519, X25519MLKEM768]
`,
  );
  t.match(readWebConfig(file), {
    rateLimit: undefined,
    headers: { 'x-xss-protection': '1', 'strict-transport-security': 'max-age=31536000; includeSubDomains' },
    tls: { ciphers: ['AES128-SHA', 'ECDHE-RSA-AES128-GCM-SHA256'], curves: ['prime256v1', 'X25519'] },
  });
});

t.test('an empty file sets nothing', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(file, '');
  t.strictSame(readWebConfig(file), { tls: undefined, headers: {}, users: undefined, rateLimit: undefined });
});

const pair = 'tls_server_config:\n  cert_file: a\n  key_file: b\n';
const mistakes: readonly (readonly [string, string, string])[] = [
  ['tls_server_confg: {}\n', '1:19: unknown key tls_server_confg', 'did you mean tls_server_config?'],
  [
    'tls_server_config:\n  cert_file: a\n',
    '2:3: tls_server_config needs cert_file and key_file',
    'add the missing one',
  ],
  [
    `${pair}  client_auth_type: Require\n`,
    '4:21: tls_server_config.client_auth_type is "Require"',
    'one of: NoClientCert',
  ],
  [
    `${pair}  client_auth_type: VerifyClientCertIfGiven\n`,
    '4:21: VerifyClientCertIfGiven needs client_ca_file',
    'name the CA',
  ],
  [
    `${pair}  client_ca_file: c\n`,
    '4:19: client_ca_file is not used by client_auth_type NoClientCert',
    'leave client_ca_file out',
  ],
  [
    `${pair}  client_allowed_sans: [x]\n`,
    '4:24: client_allowed_sans needs certificates to compare',
    'RequireAndVerify',
  ],
  [
    `${pair}  client_allowed_sans: []\n`,
    '4:24: client_allowed_sans is empty and would reject every client',
    'or leave client_allowed_sans out',
  ],
  [
    `${pair}  min_version: TLS13\n  max_version: TLS12\n`,
    '4:16: min_version is above max_version',
    'leave max_version out',
  ],
  [
    `${pair}  key: "-----BEGIN PRIVATE KEY-----\\nsecret"\n`,
    '4:8: tls_server_config.key is PEM text, and only files are accepted',
    'name it with key_file',
  ],
  [
    `basic_auth_users:\n  alice: ${hash.replace('$04$', '$15$')}\n`,
    '2:10: the hash of alice has cost 15',
    'a cost of 14 or less',
  ],
  ['rate_limit:\n  interval: soon\n', '2:13: rate_limit.interval is "soon", which is no duration', 'write 1s'],
  ['rate_limit:\n  interval: 1s\n', '2:3: rate_limit.burst must be 1 or more', 'write how many'],
  ['rate_limit:\n  interval: 1s\n  burst: "9"\n', '3:10: rate_limit.burst must be a whole number', 'without quotes'],
  [
    'http_server_config:\n  headers:\n    X-Frame-Options: allow\n',
    '3:22: X-Frame-Options is "allow"',
    'one of: deny, sameorigin',
  ],
  [`${pair}  min_version: TLS10\n`, '4:16: tls_server_config.min_version is "TLS10"', 'one of: TLS12, TLS13'],
  [`${pair}  cipher_suites: [RC4]\n`, '4:18: cipher_suites has "RC4", which is not supported', 'TLS_ECDHE_'],
  [`${pair}  cert_file: c\n`, '4:3: Map keys must be unique', 'fix the YAML; indentation must not vary in a list'],
  ['basic_auth_users:\n  alice: secret\n', '2:10: the password of alice is no bcrypt hash', 'htpasswd'],
  [
    'http_server_config:\n  headers:\n    X-Other: y\n',
    '3:14: unknown key http_server_config.headers.X-Other',
    'known: ',
  ],
  ['http_server_config:\n  http2: maybe\n', '2:10: http_server_config.http2 must be true or false', 'true or false'],
  ['- a\n', '1:1: is no mapping of settings', 'write key: value'],
  ['tls_server_config: [\n', '2:1: Flow sequence', 'fix the YAML; indentation must not vary in a list'],
];

t.test('each mistake has its location, reason and fix', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  for (const [text, expected, remediation] of mistakes) {
    writeFileSync(file, text);
    try {
      readWebConfig(file);
      t.fail(`accepted: ${text}`);
    } catch (error: unknown) {
      t.ok(
        error instanceof ConfigError && error.message.startsWith(`${file}:${expected}`),
        `${expected}; got ${error}`,
      );
      t.match((error as ConfigError).hint, remediation);
      t.notMatch((error as ConfigError).message, /secret/, 'no password in a message');
    }
  }
});

t.test('any text is read, or is a ConfigError', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  const fragment = fc.constantFrom(
    'tls_server_config:',
    '  cert_file: a',
    '  - x',
    'basic_auth_users: {a: 1}',
    '&a *a',
    '"',
    '{',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(fragment, fc.string()), { maxLength: 6 }), (lines) => {
      writeFileSync(file, lines.join('\n'));
      try {
        readWebConfig(file);
      } catch (error: unknown) {
        if (!(error instanceof ConfigError)) {
          throw error;
        }
      }
    }),
  );
});

t.test('a key that is a mapping is an error with a location, and the library prints nothing', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(file, 'basic_auth_users:\n  ? {a: 1}\n  : x\n');
  const warnings: unknown[] = [];
  const heard = (warning: unknown) => warnings.push(warning);
  process.on('warning', heard);
  t.teardown(() => process.off('warning', heard));
  t.throws(() => readWebConfig(file), ConfigError);
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(warnings, []);
});

t.test('deeply nested lists are an error with a location', async (t) => {
  const file = join(temporaryDirectory(t), 'web.yml');
  writeFileSync(file, '- '.repeat(20_000));
  t.throws(() => readWebConfig(file), { name: 'ConfigError', message: /web\.yml:1:\d+/ });
});
