import { globSync } from 'tinyglobby';
import { formatProblem, lintFile } from '../../cluster/lint.js';
import { OperatorError } from '../error.js';
import { printable } from '../table.js';
import type { Command, Invocation } from './command.js';

export const lint: Command = {
  name: 'lint',
  summary: 'Finds TLS mistakes in tidb.toml, pd.toml and tikv.toml before a component does.',
  usage: 'lint FILE…',
  options: [{ name: 'json', help: 'print the problems as JSON' }],
  run: runLint,
};

async function runLint({ positionals, stdout, values }: Invocation): Promise<number> {
  if (positionals.length === 0) {
    throw new OperatorError('no_file', 'lint needs a file', 'name component config files, or a glob in quotes');
  }
  const files = positionals.flatMap((name) => (/[*?{]/.test(name) ? globSync(name) : [name]));
  const problems = files.flatMap((file) => lintFile(file));
  if (values.json === true) {
    stdout.write(`${JSON.stringify({ version: 1, problems }, null, 2)}\n`);
  } else {
    for (const problem of problems) {
      stdout.write(`${printable(formatProblem(problem))}\n    ${printable(problem.cure)}\n`);
    }
    stdout.write(`${files.length} files, ${problems.length} problems\n`);
  }
  return problems.some(({ severity }) => severity === 'fail') ? 1 : 0;
}
