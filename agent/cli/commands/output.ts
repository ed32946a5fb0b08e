import type { Incident } from '../../../checks/causes/cause.js';
import type { Finding } from '../../../checks/finding.js';
import { OperatorError } from '../../config/error.js';
import { findingsDocument } from '../../report/json.js';
import { junitOfFindings } from '../../report/junit.js';
import { sarifOfFindings } from '../../report/sarif.js';
import { jsonText } from '../../terminal/printable.js';
import { type Invocation, type OptionHelp, text } from './command.js';

/** What a command can print; `table` is for people. */
export type Format = 'table' | 'json' | 'sarif' | 'junit' | 'html' | 'prometheus';

/** The text in each format that the command has. */
export type Printers = Readonly<Partial<Record<Format, () => string | Promise<string>>>>;

/** `--output` and its short form `--json`. */
export function outputOptions(formats: readonly Format[]): readonly OptionHelp[] {
  return [
    { name: 'output', value: 'O', choices: formats, help: `${formats.join(', ')} (default table)` },
    { name: 'json', help: 'short for --output json' },
  ];
}

/** Prints in the format of the flags. Throws OperatorError when there is no such printer. */
export async function print(invocation: Invocation, printers: Printers): Promise<void> {
  const format = formatOf(invocation, Object.keys(printers));
  invocation.stdout.write((await printers[format]?.()) ?? '');
}

/** The formats of findings besides the table. */
export function findingPrinters(
  findings: readonly Finding[],
  failOn: 'warn' | 'fail',
  incidents: readonly Incident[] = [],
): Printers {
  return {
    json: () => jsonText(findingsDocument(findings, incidents)),
    sarif: () => jsonText(sarifOfFindings(findings, incidents)),
    junit: () => junitOfFindings(findings, failOn, incidents),
  };
}

/** Throws OperatorError when two formats are asked for, or one that is not possible with the other flags. */
export function formatOf(invocation: Invocation, possible: readonly string[]): Format {
  const output = text(invocation, 'output') as Format | undefined;
  if (invocation.values.json === true && output !== undefined && output !== 'json') {
    throw new OperatorError('bad_flag', `--json and --output ${output} ask for two formats`, 'give one of them');
  }
  const format = output ?? (invocation.values.json === true ? 'json' : 'table');
  if (!possible.includes(format)) {
    const message = `--output ${format} does not go with these flags`;
    throw new OperatorError('bad_flag', message, `one of: ${possible.join(', ')}`);
  }
  return format;
}
