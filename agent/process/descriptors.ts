import { closeSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { errorCode, errorMessage } from '../../credentials/error-text.js';
import { processDefinitions as definitions } from '../../metrics/process-definitions.js';

const lookMilliseconds = 5_000;
/** Of the limit; what is left is soon taken by a burst of connections. */
const closeToLimit = 0.9;

/**
 * Counts the file descriptors of this process, for its metrics and, once per time that it comes close to the limit, for
 * the log: without descriptors Node's accept fails without a word, and clients see a reset. Ends with the signal.
 */
export async function watchDescriptors(registry: Registry, logger: Logger, signal: AbortSignal): Promise<void> {
  if (process.platform !== 'linux') {
    return;
  }
  const gauge = (one: (typeof definitions)[keyof typeof definitions]) =>
    new Gauge({ name: one.name, help: one.help, aggregator: one.aggregator, registers: [registry] });
  const open = gauge(definitions.descriptors);
  const most = gauge(definitions.descriptorLimit);
  let limit = await descriptorLimit();
  let close = false;
  const look = async () => {
    // Read each time: prlimit changes it for a process that runs.
    limit = await unlessShort(descriptorLimit, limit);
    const count = await unlessShort(async () => (await readdir('/proc/self/fd')).length, limit);
    most.set(limit);
    open.set(count);
    const now = count > limit * closeToLimit;
    if (now !== close) {
      close = now;
      const hint = 'raise LimitNOFILE or ulimit -n, or lower max-connections';
      logger[close ? 'error' : 'info'](
        { open: count, limit, ...(close ? { hint } : {}) },
        close ? 'nearly out of file descriptors: new connections will be reset' : 'enough file descriptors again',
      );
    }
  };
  const looking = () =>
    look().catch((error: unknown) =>
      logger.warn({ reason: errorMessage(error) }, 'file descriptors could not be counted'),
    );
  await looking();
  const timer = setInterval(() => void looking(), lookMilliseconds);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Whether this process can open one more. */
export function hasDescriptors(): boolean {
  try {
    closeSync(openSync('/dev/null', 'r'));
    return true;
  } catch (error: unknown) {
    if (isShortage(error)) {
      return false;
    }
    throw error;
  }
}

function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(errorCode(error));
}

/** What a reader says, or the other value where no descriptor is left to read with, which is an answer, too. */
async function unlessShort(read: () => Promise<number>, otherwise: number): Promise<number> {
  try {
    return await read();
  } catch (error: unknown) {
    if (isShortage(error)) {
      return otherwise;
    }
    throw error;
  }
}

/** The soft limit; infinite where the system says unlimited. */
async function descriptorLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
