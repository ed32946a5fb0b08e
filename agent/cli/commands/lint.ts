import { statSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { ConfigError } from '../../../cluster/documents/config-error.js';
import type { Problem } from '../../../cluster/documents/origin.js';
import { parseVersion } from '../../../cluster/inventory/version.js';
import { lintFile } from '../../../cluster/lint/lint.js';
import { errorCode } from '../../../credentials/error-text.js';
import { OperatorError } from '../../config/error.js';
import { isAgentConfig } from '../../config/is-agent-config.js';
import { readAgentConfig } from '../../config/load.js';
import { problemsDocument } from '../../report/json.js';
import { junitOfProblems } from '../../report/junit.js';
import { renderProblems } from '../../report/problem-lines.js';
import { sarifOfProblems } from '../../report/sarif.js';
import { jsonText } from '../../terminal/printable.js';
import { type Terminal, terminalOf } from '../../terminal/terminal.js';
import { lintCertificates } from '../lint-certificates.js';
import { type Command, type Invocation, text } from './command.js';
import { outputOptions, print } from './output.js';

export const lint: Command = {
  name: 'lint',
  summary: 'Finds TLS mistakes in component configurations, topologies and manifests before a component does.',
  usage: ['lint [--cluster-version V] [--output O] FILE…'],
  operands: { files: true },
  options: [
    { name: 'cluster-version', value: 'V', help: 'release of the cluster, as 8.5.0, where no file has it' },
    ...outputOptions(['table', 'json', 'sarif', 'junit']),
  ],
  run: runLint,
};

async function runLint(invocation: Invocation): Promise<number> {
  const { positionals, stdout } = invocation;
  if (positionals.length === 0) {
    throw new OperatorError('no_file', 'lint needs a file', 'name configuration files, folders, or a glob in quotes');
  }
  const version = text(invocation, 'cluster-version');
  if (version !== undefined && parseVersion(version) === undefined) {
    throw new OperatorError('bad_flag', `--cluster-version ${version} is no release`, 'write it as 8.5.0');
  }
  const files = [...new Set(positionals.flatMap(expand))];
  const problems: Problem[] = [];
  for (const file of files) {
    problems.push(...(await lintAny(file, version)));
  }
  await print(invocation, {
    table: () => tableOf(files, problems, terminalOf(stdout)),
    json: () => jsonText(problemsDocument(files.length, problems)),
    sarif: () => jsonText(sarifOfProblems(problems)),
    junit: () => junitOfProblems(files, problems),
  });
  return problems.some(({ severity }) => severity === 'fail') ? 1 : 0;
}

/** A folder stands for the files in it, a pattern for those that match. Throws OperatorError where there is none. */
function expand(name: string): readonly string[] {
  const files = filesOf(name);
  if (files.length === 0) {
    const hint = 'check the path; a folder stands for the .toml, .yaml and .yml files in it';
    throw new OperatorError('no_file', `${name}: no such file`, hint);
  }
  return files;
}

function filesOf(name: string): readonly string[] {
  const kind = kindOf(name);
  if (kind === 'folder') {
    return globSync('**/*.{toml,yaml,yml}', { cwd: name, absolute: false, dot: false })
      .sort()
      .map((file) => `${name.replace(/\/+$/, '')}/${file}`);
  }
  if (kind === 'file') {
    return [name];
  }
  return /[*?{]/.test(name) ? globSync(name, { expandDirectories: false }).sort() : [];
}

function kindOf(name: string): 'folder' | 'file' | 'nothing' {
  try {
    const stat = statSync(name, { throwIfNoEntry: false });
    return stat === undefined ? 'nothing' : stat.isDirectory() ? 'folder' : 'file';
  } catch (error: unknown) {
    if (errorCode(error) !== '') {
      // It exists, or may: reading it reports why it cannot be read.
      return 'file';
    }
    throw error;
  }
}

async function lintAny(file: string, version: string | undefined): Promise<readonly Problem[]> {
  return isAgentConfig(file)
    ? lintAgentConfig(file)
    : [...lintFile(file, { version }), ...(await lintCertificates(file, version))];
}

/** Reads agent.toml as `run` does. */
function lintAgentConfig(file: string): readonly Problem[] {
  try {
    readAgentConfig(file);
    return [];
  } catch (error: unknown) {
    if (error instanceof ConfigError) {
      return [error.problem];
    }
    if (!(error instanceof OperatorError)) {
      throw error;
    }
    const origin = { kind: 'file', file, line: 1, column: 1 } as const;
    return [{ code: 'agent-config', severity: 'fail', origin, message: error.message, remediation: error.hint }];
  }
}

/** In the order of the files. */
function tableOf(files: readonly string[], problems: readonly Problem[], terminal: Terminal): string {
  return `${renderProblems(problems, terminal)}${summaryOf(files.length, problems)}\n`;
}

function summaryOf(files: number, problems: readonly Problem[]): string {
  const count = (severity: Problem['severity']) => problems.filter((one) => one.severity === severity).length;
  return [
    counted(files, 'file'),
    counted(count('fail'), 'error'),
    counted(count('warn'), 'warning'),
    counted(count('note'), 'note'),
  ].join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
