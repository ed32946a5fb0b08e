import type { Logger } from 'pino';
import type { ProxyEvents } from './events.js';

/** Refusals logged in one second; the rest of them is counted and told once. */
const rejectionsPerSecond = 10;

/** Each connection at debug, each refusal at info, no more of them than a person could read. */
export function accessLog(logger: Logger, now: () => number = () => performance.now()): ProxyEvents {
  let second = 0;
  let logged = 0;
  let omitted = 0;
  return {
    accepted: () => undefined,
    opened: (milliseconds, detail) => logger.debug({ milliseconds: Math.round(milliseconds) }, `let in, ${detail}`),
    rejected: (reason, detail) => {
      const current = Math.floor(now() / 1000);
      if (current !== second) {
        if (omitted > 0) {
          logger.info({ omitted }, 'more refusals than are logged');
        }
        second = current;
        logged = 0;
        omitted = 0;
      }
      if (logged < rejectionsPerSecond) {
        logged++;
        logger[reason === 'unforeseen' ? 'error' : 'info']({ reason }, detail);
      } else {
        omitted++;
      }
    },
    closed: (seconds, sent, received) => logger.debug({ seconds, sent, received }, 'closed'),
    version: (number) => logger.info({ version: number }, 'new connections get this pair'),
    acceptFailed: (error) => logger.error({ reason: error.message }, 'a connection could not be accepted'),
  };
}

/** One for several. */
export function toAll(...all: readonly ProxyEvents[]): ProxyEvents {
  const each = (tell: (one: ProxyEvents) => void) => {
    for (const one of all) {
      tell(one);
    }
  };
  return {
    accepted: () => each((one) => one.accepted()),
    opened: (...args) => each((one) => one.opened(...args)),
    rejected: (...args) => each((one) => one.rejected(...args)),
    closed: (...args) => each((one) => one.closed(...args)),
    version: (...args) => each((one) => one.version(...args)),
    acceptFailed: (...args) => each((one) => one.acceptFailed(...args)),
  };
}
