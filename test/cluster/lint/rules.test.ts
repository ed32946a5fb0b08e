import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { formatProblem } from '../../../cluster/documents/origin.js';
import { certManagerRuleTitles } from '../../../cluster/lint/cert-manager.js';
import { composeRuleTitles } from '../../../cluster/lint/compose-rules.js';
import { kubernetesRuleTitles } from '../../../cluster/lint/kubernetes-rules.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { podProbeRuleTitles } from '../../../cluster/lint/pod-probes.js';
import { rules } from '../../../cluster/lint/rules.js';
import { topologyRuleTitles } from '../../../cluster/lint/topology-rules.js';
import { flashPaths, type LintCase, pd, tidbPaths, tikv } from '../../support/lint-case.js';
import { deploymentCases } from '../../support/lint-cases/deployments.js';
import { manifestCases } from '../../support/lint-cases/manifests.js';
import { nameCases } from '../../support/lint-cases/names.js';
import { nearlyRightCases } from '../../support/lint-cases/nearly-right.js';
import { pathCases } from '../../support/lint-cases/paths.js';
import { componentCases } from '../../support/lint-cases/tiflash-and-others.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const cases = [
  ...nameCases,
  ...pathCases,
  ...componentCases,
  ...deploymentCases,
  ...manifestCases,
  ...nearlyRightCases,
];

function linesOf(t: Test, { file = 'x.toml', beside = {} }: LintCase, text: string, version: string | undefined) {
  const directory = temporaryDirectory(t);
  for (const [name, content] of Object.entries({ ...beside, [file]: text })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return lintFile(join(directory, file), { version }).map((problem) => ({
    code: problem.code,
    line: formatProblem(problem).replaceAll(`${directory}/`, ''),
    remediation: problem.remediation,
  }));
}

t.test('each rule: a text that triggers it, one that nearly does, and the exact line', async (t) => {
  for (const one of cases) {
    const found = linesOf(t, one, one.text, one.version);
    const hit = found.find(({ code }) => code === one.code);
    t.equal(hit?.line, one.line, `${one.code} reports`);
    t.match(hit?.remediation, one.remediation, `${one.code} has its fix`);
    const near = linesOf(t, one, one.near, one.nearVersion ?? one.version);
    t.strictSame(
      near.filter(({ code }) => code === one.code).map(({ line }) => line),
      [],
      `${one.code} reports nothing on the similar text`,
    );
  }
});

t.test('every rule has such a pair of texts', async (t) => {
  const manifests = { ...kubernetesRuleTitles, ...certManagerRuleTitles, ...podProbeRuleTitles };
  const deployment = { ...topologyRuleTitles, ...manifests, ...composeRuleTitles };
  const codes = [...rules.map(({ code }) => code), ...Object.keys(deployment)];
  t.strictSame(
    codes.filter((code) => !cases.some((one) => one.code === code)),
    [],
  );
});

t.test('a rule that throws leaves an inconclusive note, and the other rules report', async (t) => {
  const file = join(temporaryDirectory(t), 'tidb.toml');
  writeFileSync(file, `[security]\n${tidbPaths}cluster-verify-cn = [""]\n`);
  const broken = {
    code: 'broken',
    severity: 'fail',
    title: 'throws',
    run: () => {
      throw new TypeError('on purpose');
    },
  } as const;
  const [note, ...found] = lintFile(file, { rules: [broken, ...rules] });
  t.match(note, { code: 'broken', severity: 'note', message: /^inconclusive: .*TypeError: on purpose at / });
  t.ok(found.length > 0);
  t.strictSame(found, lintFile(file));
});

t.test("the documentation's lists, taken literally, and the callers that each lacks", async (t) => {
  const lists: readonly (readonly [string, string, readonly string[]])[] = [
    ['tidb.toml', `[security]\n${tidbPaths}cluster-verify-cn = ["tidb", "test-client", "prometheus"]\n`, ['pd']],
    ['tikv.toml', `${tikv}cert-allowed-cn = ["tidb", "pd", "tikv", "tiflash", "prometheus"]\n`, []],
    ['pd.toml', `${pd}cert-allowed-cn = ["tidb", "pd", "tikv", "tiflash", "test-client", "prometheus"]\n`, []],
    [
      'tiflash.toml',
      `[flash]\nservice_addr = "h:1"\n[security]\n${flashPaths}cert_allowed_cn = ["tidb", "tikv", "prometheus"]\n`,
      ['tiflash'],
    ],
    ['tidb.toml', `[security]\n${tidbPaths}cluster-verify-cn = ["TiDB-Server", "TiKV-Control"]\n`, ['pd']],
    ['tikv.toml', `${tikv}cert-allowed-cn = ["TiDB-Server", "PD-Server", "TiKV-Control", "RawKvClient1"]\n`, ['tikv']],
    ['pd.toml', `${pd}cert-allowed-cn = ["TiKV-Server", "TiDB-Server", "PD-Control"]\n`, ['pd']],
  ];
  for (const [file, text, missing] of lists) {
    const problems = linesOf(t, { code: '', file, text, line: '', remediation: '', near: '' }, text, undefined);
    const named = problems
      .filter(({ code }) => code === 'caller-missing')
      .map(({ line }) => /does not name (\S+)/.exec(line)?.[1]);
    t.strictSame(named, missing, `${file}: ${/\[".*\]/.exec(text)?.[0]}`);
  }
});
