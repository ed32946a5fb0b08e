import pino, { type Logger } from 'pino';
import { parseDuration } from '../duration.js';
import { OperatorError } from '../error.js';
import { type Invocation, text } from './command.js';

const levels = ['debug', 'info', 'warn', 'error'];

/** A logger to stderr at what `--log-level` says, or `info`. Throws OperatorError. */
export function loggerOf(invocation: Invocation): Logger {
  const level = text(invocation, 'log-level') ?? 'info';
  if (!levels.includes(level)) {
    throw new OperatorError('bad_flag', `--log-level is "${level}"`, `one of: ${levels.join(', ')}`);
  }
  return loggerAt(level);
}

export function loggerAt(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

/** Milliseconds; undefined where the flag is not given. Throws OperatorError. */
export function durationOf(invocation: Invocation, name: string): number | undefined {
  const given = text(invocation, name);
  const milliseconds = given === undefined ? undefined : parseDuration(given);
  if (given !== undefined && milliseconds === undefined) {
    throw new OperatorError('bad_flag', `--${name} ${given} is no duration`, 'write 5s or 500ms');
  }
  return milliseconds;
}
