import { OperatorError } from '../../config/error.js';
import { type Invocation, type OptionHelp, text } from './command.js';

/** What a command can print; `table` is for people. */
export type Format = 'table' | 'json' | 'sarif' | 'junit' | 'prometheus';

/** `--output` and its short form `--json`. */
export function outputOptions(formats: readonly Format[]): readonly OptionHelp[] {
  return [
    { name: 'output', value: 'O', choices: formats, help: `${formats.join(', ')} (default table)` },
    { name: 'json', help: 'short for --output json' },
  ];
}

/** Throws OperatorError when two formats are asked for, or one that this way of looking does not have. */
export function formatOf(invocation: Invocation, possible?: readonly Format[]): Format {
  const output = text(invocation, 'output') as Format | undefined;
  if (invocation.values.json === true && output !== undefined && output !== 'json') {
    throw new OperatorError('bad_flag', `--json and --output ${output} ask for two formats`, 'give one of them');
  }
  const format = output ?? (invocation.values.json === true ? 'json' : 'table');
  if (possible !== undefined && !possible.includes(format)) {
    throw new OperatorError(
      'bad_flag',
      `--output ${format} does not go with these flags`,
      `one of: ${possible.join(', ')}`,
    );
  }
  return format;
}
