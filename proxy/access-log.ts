import type { Logger } from 'pino';
import type { ProxyEvents } from './events.js';

/** Rejections logged in one second; the others are counted and logged as one number. */
const rejectionsPerSecond = 10;

/** Logs connections at debug and rejections at info, of these no more in a second than a person could read. */
export function accessLog(logger: Logger, now: () => number = () => performance.now()): ProxyEvents {
  let second = 0;
  let logged = 0;
  let omitted = 0;
  return {
    accepted: () => undefined,
    established: (milliseconds, identity) =>
      logger.debug({ milliseconds: Math.round(milliseconds), identity }, 'connection established'),
    rejected: (reason, detail) => {
      const current = Math.floor(now() / 1000);
      if (current !== second) {
        if (omitted > 0) {
          logger.info({ omitted }, 'more rejections than are logged');
        }
        second = current;
        logged = 0;
        omitted = 0;
      }
      if (logged < rejectionsPerSecond) {
        logged++;
        logger[reason === 'internal-error' ? 'error' : 'info']({ reason, detail }, 'connection rejected');
      } else {
        omitted++;
      }
    },
    closed: (seconds, sent, received) => logger.debug({ seconds, sent, received }, 'connection closed'),
    credentialVersion: (version) => logger.info({ version }, 'certificate loaded'),
    acceptFailed: (error) => logger.error({ reason: error.message }, 'a connection could not be accepted'),
  };
}

/** Passes every event to all of several. */
export function toAll(...all: readonly ProxyEvents[]): ProxyEvents {
  const each = (pass: (one: ProxyEvents) => void) => {
    for (const one of all) {
      pass(one);
    }
  };
  return {
    accepted: () => each((one) => one.accepted()),
    established: (...args) => each((one) => one.established(...args)),
    rejected: (...args) => each((one) => one.rejected(...args)),
    closed: (...args) => each((one) => one.closed(...args)),
    credentialVersion: (...args) => each((one) => one.credentialVersion(...args)),
    acceptFailed: (...args) => each((one) => one.acceptFailed(...args)),
  };
}
