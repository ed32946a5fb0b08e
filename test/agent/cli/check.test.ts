import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import type { Finding } from '../../../checks/finding.js';
import { devCluster } from '../../support/dev-cluster.js';
import { failed, findingsOf } from '../../support/findings.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('everything passes on a healthy cluster', async (t) => {
  const findings = await findingsOf(await devCluster(t));
  t.strictSame(
    findings.filter(({ status }) => status !== 'pass').map(({ check, message }) => `${check}: ${message}`),
    ['coverage: inconclusive: negative probes are off, so no port was asked whether it rejects unauthorized clients'],
  );
  t.ok(
    findings.some(({ check, identity }) => check === 'caller-accepted' && identity === 'tikv'),
    'TiKV was tried on the ports it calls',
  );
});

t.test(
  'with a CA file of an intermediate alone, only the ports that OpenSSL verifies for reject their callers',
  async (t) => {
    const authority = await (await Authority.create()).intermediate('Issuing CA');
    const findings = await findingsOf(await devCluster(t, { authority }));
    t.strictSame(failed(findings), [
      'caller-accepted tiflash/status as pd',
      'caller-accepted tiflash/status as tidb',
      'caller-accepted tikv/status as pd',
      'caller-accepted tikv/status as tidb',
      'endpoint-answers tiflash/metrics as agent',
      'endpoint-answers tiflash/status as agent',
      'endpoint-answers tikv/status as agent',
    ]);
    t.strictSame(
      findings.filter(({ status }) => status === 'warn').map(({ message }) => /the .* port rejects/.exec(message)?.[0]),
      ['the TiFlash metrics port rejects', 'the TiKV status port rejects'],
      'and their files say so',
    );
  },
);

t.test('a port that serves its old certificate is found, and the remediation fits how it reloads', async (t) => {
  const cluster = await devCluster(t);
  await cluster.rotate('tikv', { order: 'key-first' });
  const findings = await findingsOf(cluster);
  const finding = findings.find(({ status }) => status === 'fail');
  t.match(finding, {
    check: 'served-matches-file',
    component: 'tikv',
    endpoint: 'status',
    remediation: /failed handshake/,
  });
  t.equal(failed(findings).length, 1, 'the gRPC port took the new pair');
});

t.test('a mismatched TiKV certificate and key are reported from the files, and its ports are not probed', async (t) => {
  const cluster = await devCluster(t);
  let findings: readonly Finding[] = [];
  await cluster.rotate('tikv', {
    order: 'certificate-first',
    between: async () => {
      findings = await findingsOf(cluster);
    },
  });
  t.ok(failed(findings).includes('key-matches-certificate tikv'));
  t.ok(
    findings.some(
      ({ check, component, endpoint, status, message }) =>
        check === 'endpoint-answers' &&
        component === 'tikv' &&
        endpoint === 'grpc' &&
        status === 'unknown' &&
        /do not match/.test(message),
    ),
  );
  t.strictSame(
    failed(await findingsOf(cluster)),
    ['served-matches-file tikv/status'],
    'gRPC took the pair once the key had followed',
  );
});

t.test('a replaced CA is reported: running components keep the old one', async (t) => {
  const cluster = await devCluster(t);
  const findings = await findingsOf(cluster, { act: () => cluster.replaceCa('tidb') });
  t.match(
    findings.find(({ check, status }) => check === 'ca-unchanged' && status === 'warn'),
    { component: 'tidb', message: /may still trust the old CA, unless it was restarted since/ },
  );
  t.ok(failed(findings).includes('verifies-under-ca tidb'), 'and the pair on disk is not good under the new one');
});

t.test('the command exits 0, 1 or 2, and prints a table or JSON', async (t) => {
  const cluster = await devCluster(t);
  const good = await runAgent(...['check', '--config', cluster.agentConfig]);
  t.match(good, {
    status: 0,
    stdout: /^0 failed, 0 warnings, 0 inconclusive, \d+ passed \(\d+ ports of 6 instances\)\n$/,
    stderr: '',
  });
  await cluster.fault('tidb', 'status', 'down', true);
  const bad = await runAgent(...['check', '--config', cluster.agentConfig, '--json']);
  t.equal(bad.status, 1);
  t.match(JSON.parse(bad.stdout), {
    version: 1,
    summary: { fail: 1 },
    findings: [{ check: 'endpoint-answers', status: 'fail', help: 'docs/checks.md#endpoint-answers' }],
  });
  const { ca, cert, key } = cluster.files('agent');
  const flags = await runAgent(
    ...[
      'check',
      '--instance',
      `pd=127.0.0.1:${cluster.port('pd', 'client')}`,
      '--cacert',
      ca,
      '--cert',
      cert,
      '--key',
      key,
    ],
  );
  t.match(flags, { status: 0, stdout: /0 failed/ });
});

t.test('a check without credentials says that nothing was probed, and a misspelt list fails it', async (t) => {
  const file = join(temporaryDirectory(t), 'tikv.toml');
  writeFileSync(file, '[server]\naddr = "127.0.0.1:1"\n[security]\ncert-alowed-cn = ["a"]\n');
  const { status, stdout } = await runAgent('check', file);
  t.equal(status, 1);
  t.match(stdout, /✗ .*tikv\.toml:4:1 {2}TiKV does not know security\.cert-alowed-cn/);
  t.match(stdout, / passed \(no port was probed with a certificate: give --cacert, --cert and --key\)\n$/);
});

t.test("an operator's mistake is one line and a hint, exit status 2, no stack trace", async (t) => {
  const directory = temporaryDirectory(t);
  const file = (text: string) => {
    const path = join(directory, 'agent.toml');
    writeFileSync(path, text);
    return path;
  };
  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no such file', ['check', '--config', join(directory, 'absent.toml')], /absent\.toml: does not exist\n.*--config/],
    ['unknown command', ['chek'], /unknown command: chek\n.*did you mean check\?/],
    ['unknown flag', ['check', '--jsn'], /Unknown option '--jsn'\n.*did you mean --json\?.*--help/],
    ['TOML syntax', ['check', '--config', file('scope = \n')], /agent\.toml:\d+:\d+: /],
    ['nothing to check', ['check'], /no component is known/],
    [
      '--config left out',
      ['check', join(directory, 'agent.toml')],
      /agent\.toml is the agent's configuration: write --config /,
    ],
    ['an unknown verb', ['certs', 'inspekt', 'x'], /unknown command: certs inspekt\n.*did you mean certs inspect\?/],
    ['a verb like no other', ['certs', 'issue', 'x'], /unknown command: certs issue\n.*certs --help/],
    ['half of the credentials', ['check', '--cacert', 'x'], /--cacert needs --cert and --key, too/],
  ];
  for (const [what, args, expected] of mistakes) {
    const { status, stderr } = await runAgent(...args);
    t.equal(status, 2, what);
    t.match(stderr, expected, what);
    t.equal(stderr.trim().split('\n').length, 2, `${what}: one line and a hint`);
  }
  const keys = await runAgent(...['check', '--config', file('scope = "node"\n[probe]\nintervall = "5s"\n')]);
  t.match(keys.stderr, /agent\.toml:3:1: unknown key probe\.intervall\n.*did you mean probe\.interval\?/);
});
