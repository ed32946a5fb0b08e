import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import t from 'tap';
import { junitOfFindings, junitOfProblems } from '../../../agent/report/junit.js';
import { sarifOfFindings } from '../../../agent/report/sarif.js';
import type { Finding } from '../../../checks/finding.js';
import { definitions } from '../../../metrics/definitions.js';
import { devCluster } from '../../support/dev-cluster.js';
import { promtool } from '../../support/promtool.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const finding: Finding = {
  check: 'served-matches-file',
  status: 'fail',
  component: 'tikv',
  instance: 'h:1',
  endpoint: 'grpc',
  identity: undefined,
  message: 'serves <old> & "other"\u0000\u202e',
  evidence: { file: '/tls/a b.crt' },
  remediation: 'touch it',
  help: 'docs/checks.md#served-matches-file',
};
const findings: readonly Finding[] = [
  finding,
  { ...finding, status: 'warn', message: 'soon' },
  { ...finding, status: 'unknown', message: 'no evidence' },
  { ...finding, status: 'pass', instance: 'h:2', remediation: '' },
];

interface TestSuite {
  readonly '@name': string;
  readonly '@tests': string;
  readonly '@failures': string;
  readonly '@skipped': string;
  readonly testcase: readonly Record<string, unknown>[];
}

function parseJunit(xml: string): { readonly '@tests': string; readonly testsuite: readonly TestSuite[] } {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) {
    throw new Error(valid.err.msg);
  }
  const isArray = (name: string) => name === 'testsuite' || name === 'testcase';
  return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', isArray }).parse(xml).testsuites;
}

t.test('junit: a suite per instance, a case per finding, valid XML whatever a certificate holds', async (t) => {
  const { testsuite: suites, ...totals } = parseJunit(junitOfFindings(findings, 'fail'));
  t.match(totals, { '@tests': '4', '@failures': '1', '@errors': '0', '@skipped': '1' });
  t.match(suites, [
    {
      '@name': 'tikv h:1',
      '@tests': '3',
      testcase: [
        {
          '@classname': 'served-matches-file',
          '@name': 'tikv h:1 grpc',
          failure: { '@message': 'serves <old> & "other"\\u{0}\\u{202e}', '#text': /Fix: touch it$/ },
        },
        { 'system-out': 'soon. Fix: touch it' },
        { skipped: { '@message': 'no evidence' } },
      ],
    },
    { '@name': 'tikv h:2', '@tests': '1' },
  ]);
  t.match(parseJunit(junitOfFindings(findings, 'warn')), { '@failures': '2' }, 'warnings count where they are to fail');
  const problem = {
    code: 'unknown-key',
    severity: 'fail',
    origin: { kind: 'file', file: 'b.toml', line: 3, column: 1 },
    message: 'm',
    remediation: 'c',
  } as const;
  t.match(parseJunit(junitOfProblems(['a.toml', 'b.toml'], [problem])), {
    '@tests': '2',
    testsuite: [
      { '@name': 'b.toml', testcase: [{ '@name': 'b.toml:3:1: m', failure: { '@type': 'unknown-key' } }] },
      { '@name': 'a.toml', '@failures': '0' },
    ],
  });
});

t.test('SARIF: results by kind and level, each at its instance and file, rules with their titles', async (t) => {
  t.match(sarifOfFindings(findings), {
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            rules: [
              {
                id: 'served-matches-file',
                shortDescription: { text: 'Each port serves the certificate on disk' },
              },
            ],
          },
        },
        results: [
          {
            ruleId: 'served-matches-file',
            kind: 'fail',
            level: 'error',
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: '/tls/a%20b.crt' } },
                logicalLocations: [{ fullyQualifiedName: 'tikv h:1 grpc' }],
              },
            ],
          },
          { kind: 'fail', level: 'warning' },
          { kind: 'open', level: 'none' },
          { kind: 'pass', level: 'none' },
        ],
      },
    ],
  });
});

t.test('check prints each of them, and the same exit status with it', async (t) => {
  const cluster = await devCluster(t);
  await cluster.fault('tidb', 'status', 'down', true);
  const check = (...more: readonly string[]) =>
    runAgent('check', '--config', cluster.agentConfig, '--no-negative-probes', ...more);
  const junit = await check('--output', 'junit');
  t.match(junit, { status: 1, stderr: '' });
  t.ok(
    parseJunit(junit.stdout).testsuite.some(
      (suite) => suite['@name'].startsWith('tidb ') && suite['@failures'] === '1',
    ),
  );
  const sarif = await check('--output', 'sarif');
  t.equal(sarif.status, 1);
  t.ok(JSON.parse(sarif.stdout).runs[0].results.some(({ level }: { level: string }) => level === 'error'));
  const [long, short] = [await check('--output', 'json'), await check('--json')];
  t.match(
    [JSON.parse(long.stdout), JSON.parse(short.stdout)],
    [
      { version: 1, summary: { fail: 1 } },
      { version: 1, summary: { fail: 1 } },
    ],
  );
  t.test('prometheus: promtool accepts it; only gauges of the agent, and every finding', promtool, async (t) => {
    const before = Date.now() / 1000 - 1;
    const { status, stdout } = await check('--output', 'prometheus');
    t.equal(status, 1);
    const evaluated = spawnSync('/usr/bin/promtool', ['check', 'metrics'], { input: stdout, encoding: 'utf8' });
    t.match(evaluated, { status: 0, stdout: '', stderr: '' });
    t.match(stdout, /^tidb_mtls_finding\{check="endpoint-answers",component="tidb".*identity="agent"\} 3$/m);
    t.match(stdout, /^tidb_mtls_findings\{status="fail"\} 1$/m);
    const types = [...stdout.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    const gauges = Object.values(definitions).map(({ name }) => `${name} gauge`);
    t.ok(types.length > 15);
    t.strictSame(
      types.filter((one) => !gauges.includes(one)),
      [],
    );
    const value = Number(/^tidb_mtls_last_check_timestamp_seconds (\S+)$/m.exec(stdout)?.[1]);
    t.ok(value > before && value < Date.now() / 1000 + 1, 'when the checks ran');
  });
});

t.test('lint prints junit, too', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'pd.toml'), 'client-urls = "https://h:2379"\n[security]\nca-path = "a"\n');
  writeFileSync(join(directory, 'tidb.toml'), '[status]\nstatus-port = 10080\n');
  const { status, stdout } = await runAgent('lint', '--output', 'junit', directory);
  t.equal(status, 1);
  t.match(parseJunit(stdout), { '@tests': '2', '@failures': '1' });
});
