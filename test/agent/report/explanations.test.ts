import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { explain, explainedIds, explanationOf } from '../../../agent/report/explanations.js';
import { plain } from '../../../agent/terminal/terminal.js';
import { checks } from '../../../checks/catalogue.js';
import { causes } from '../../../checks/causes/catalogue.js';
import { checkExamples } from '../../../checks/examples.js';
import { formatProblem } from '../../../cluster/documents/origin.js';
import { lintCatalogue } from '../../../cluster/lint/catalogue.js';
import { lintExamples } from '../../../cluster/lint/examples.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { nameCases } from '../../support/lint-cases/names.js';
import { nearlyRightCases } from '../../support/lint-cases/nearly-right.js';
import { componentCases } from '../../support/lint-cases/tiflash-and-others.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

t.test('every check, every cause and every lint rule has a name of its own and an explanation', async (t) => {
  const names = [...checks.map(({ id }) => id), ...causes.map(({ name }) => name)];
  t.strictSame(explainedIds, [...names, ...lintCatalogue.map(({ code }) => code)]);
  t.equal(new Set(explainedIds).size, explainedIds.length);
  for (const id of explainedIds) {
    const found = explanationOf(id);
    t.match(found && explain(found, plain), new RegExp(`^${id} \\((check|cause|lint rule)\\)\n`));
    t.notMatch(found && explain(found, plain), /undefined|`|\]\(/, 'plain text');
  }
});

t.test('the reported line of each example is the one that lint prints', async (t) => {
  const beside = [...nameCases, ...componentCases, ...nearlyRightCases].filter((one) => one.beside !== undefined);
  for (const [code, { file, version, text, reported, remediation }] of Object.entries(lintExamples)) {
    const folder = temporaryDirectory(t);
    const others = beside.find((one) => one.code === code && one.file === file)?.beside ?? {};
    for (const [name, content] of Object.entries({ ...others, [file]: text })) {
      writeFileSync(join(folder, name), content);
    }
    const problems = lintFile(join(folder, file), { version }).filter((one) => one.code === code);
    t.match(
      [reported, remediation],
      [
        (problems[0] === undefined ? '' : formatProblem(problems[0])).replaceAll(`${folder}/`, ''),
        problems[0]?.remediation,
      ],
      code,
    );
  }
  const without = lintCatalogue.map(({ code }) => code).filter((code) => lintExamples[code] === undefined);
  t.strictSame(without, ['wrong-type', 'unreadable', 'unknown-component'], 'all others have one');
});

t.test('each check has an example: a finding of its own, and the fix', async (t) => {
  for (const { id } of checks) {
    t.match(checkExamples[id], [new RegExp(`^[✗!~] .*  \\[${id}\\]$`), /^ {4}\S/], id);
  }
});

t.test('--explain prints it; a misspelt name gets the nearest as hint', async (t) => {
  const served = await runAgent('check', '--explain', 'served-matches-file');
  t.match(served, {
    status: 0,
    stderr: '',
    stdout: /What it means\n[\s\S]*When it fails\n[\s\S]*Fix\n[\s\S]*Example\n/,
  });
  t.match(await runAgent('check', '--explain', 'empty-name'), {
    status: 0,
    stdout: /\n {4}tikv\.toml:7:19: error: an empty entry/,
  });
  t.match(await runAgent('check', '--explain', 'served-matches-fil'), {
    status: 2,
    stderr: /--explain is "served-matches-fil"\n.*did you mean served-matches-file\?/,
  });
});
