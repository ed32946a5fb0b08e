import { type Invocation, text } from './commands/command.js';
import { OperatorError } from './error.js';

const levels = ['debug', 'info', 'warn', 'error'];

/** What `--log-level` says, or `info`. */
export function logLevelOf(invocation: Invocation): string {
  const level = text(invocation, 'log-level') ?? 'info';
  if (!levels.includes(level)) {
    throw new OperatorError('bad_flag', `--log-level is "${level}"`, `one of: ${levels.join(', ')}`);
  }
  return level;
}
