import pino, { type Logger } from 'pino';
import { withoutKeys } from '../../../credentials/without-keys.js';
import { visibleJson } from '../../../metrics/unprintable.js';
import { longestDuration, parseDuration } from '../../config/duration.js';
import { OperatorError } from '../../config/error.js';
import { parseShard, type Shard, shardHint } from '../../config/shard.js';
import { type Invocation, type OptionHelp, text } from './command.js';

const levels = ['debug', 'info', 'warn', 'error'];

export const logLevelOption: OptionHelp = {
  name: 'log-level',
  value: 'L',
  choices: levels,
  help: `${levels.join(', ')} (default info)`,
};

/** A logger to stderr at what `--log-level` says, or `info`. */
export function loggerOf(invocation: Invocation): Logger {
  return loggerAt(text(invocation, 'log-level') ?? 'info');
}

/** What is kept of the log while it cannot be written, in bytes. */
const largestBacklog = 1 << 20;

/** A log that cannot be written, as on a full disk, costs its lines and nothing else. */
export function loggerAt(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: largestBacklog });
  destination.on('error', () => undefined);
  const hooks = { streamWrite: (line: string) => withoutKeys(visibleJson(line)) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, destination);
}

/** What `--shard` says. Throws OperatorError. */
export function shardFlag(invocation: Invocation): Shard | undefined {
  const given = text(invocation, 'shard');
  const shard = given === undefined ? undefined : parseShard(given);
  if (given !== undefined && shard === undefined) {
    throw new OperatorError('bad_flag', `--shard is "${given}"`, shardHint);
  }
  return shard;
}

/** Milliseconds; undefined where the flag is not given. Throws OperatorError. */
export function durationOf(invocation: Invocation, name: string): number | undefined {
  const given = text(invocation, name);
  const milliseconds = given === undefined ? undefined : parseDuration(given);
  if (given !== undefined && milliseconds === undefined) {
    throw new OperatorError('bad_flag', `--${name} ${given} is no duration`, 'write 5s or 500ms');
  }
  if (milliseconds !== undefined && milliseconds > longestDuration.milliseconds) {
    const { text: longest } = longestDuration;
    throw new OperatorError('bad_flag', `--${name} ${given} is longer than ${longest}`, `write ${longest} or less`);
  }
  return milliseconds;
}

/** A whole number above 0; undefined where the flag is not given. Throws OperatorError, with `example` in its hint. */
export function integerOf(invocation: Invocation, name: string, example: number): number | undefined {
  const given = text(invocation, name);
  if (given !== undefined && !/^[1-9]\d*$/.test(given)) {
    const hint = `write a number from 1 on, as in --${name} ${example}`;
    throw new OperatorError('bad_flag', `--${name} ${given} is no whole number above 0`, hint);
  }
  return given === undefined ? undefined : Number(given);
}
