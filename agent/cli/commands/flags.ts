import pino, { type Logger } from 'pino';
import { withoutKeys } from '../../../credentials/without-keys.js';
import { visibleJson } from '../../../metrics/unprintable.js';
import { type Invocation, type OptionHelp, text } from './command.js';

export const configOption: OptionHelp = { name: 'config', value: 'F', help: 'agent.toml' };

const levels = ['debug', 'info', 'warn', 'error'];

export const logLevelOption: OptionHelp = {
  name: 'log-level',
  value: 'L',
  choices: levels,
  help: `${levels.join(', ')} (default info)`,
};

/** A logger to stderr at `--log-level`, or `info`. */
export function loggerOf(invocation: Invocation): Logger {
  return loggerAt(text(invocation, 'log-level') ?? 'info');
}

/** Bytes of the log that are kept while it cannot be written. */
const largestBacklog = 1 << 20;

/** A log that cannot be written, as on a full disk, loses its lines; the program goes on. */
export function loggerAt(level: string): Logger {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: largestBacklog });
  destination.on('error', () => undefined);
  const hooks = { streamWrite: (line: string) => withoutKeys(visibleJson(line)) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, hooks }, destination);
}
