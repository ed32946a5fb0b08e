import { closeSync, openSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import { errorCode, errorMessage } from '../../credentials/error-text.js';
import { processDefinitions as definitions } from '../../metrics/process-definitions.js';

const intervalMilliseconds = 5_000;
/** The part of the limit beyond which a burst of connections would exhaust it. */
const nearLimit = 0.9;
/** A connection through the proxy and that to its target. */
const perConnection = 2;
const hint = 'raise LimitNOFILE or ulimit -n, or lower max-connections';

/**
 * Counts the file descriptors of this process for its metrics, and logs when the count comes near the limit and when it
 * falls again: without descriptors Node's accept fails silently, and clients see a reset. `connections` are the most through the proxy.
 * Ends with the signal.
 */
export async function watchDescriptors(
  registry: Registry,
  logger: Logger,
  signal: AbortSignal,
  connections = 0,
): Promise<void> {
  if (process.platform !== 'linux') {
    return;
  }
  const gauge = (one: (typeof definitions)[keyof typeof definitions]) =>
    new Gauge({ name: one.name, help: one.help, aggregator: one.aggregator, registers: [registry] });
  const [open, limit] = [gauge(definitions.descriptors), gauge(definitions.descriptorLimit)];
  const log = nearLimitLog(logger);
  let most = await descriptorLimit();
  const count = async () => {
    // Read each time: prlimit changes it for a running process.
    most = await readOr(most, descriptorLimit);
    const used = await readOr(most, async () => (await readdir('/proc/self/fd')).length);
    limit.set(most);
    open.set(used);
    log(used, most);
  };
  const countOrWarn = () =>
    count().catch((error: unknown) =>
      logger.warn({ reason: errorMessage(error) }, 'file descriptors could not be counted'),
    );
  await countOrWarn();
  const needed = connections * perConnection;
  if (needed > most) {
    logger.warn({ limit: most, needed, hint }, 'the limit of file descriptors is below what max-connections needs');
  }
  const timer = setInterval(() => void countOrWarn(), intervalMilliseconds);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Logs one line each time that the count crosses the mark near the limit. */
function nearLimitLog(logger: Logger): (open: number, limit: number) => void {
  let near = false;
  return (open, limit) => {
    const now = open > limit * nearLimit;
    if (now && !near) {
      logger.error({ open, limit, hint }, 'nearly out of file descriptors: new connections will be reset');
    } else if (near && !now) {
      logger.info({ open, limit }, 'enough file descriptors again');
    }
    near = now;
  };
}

/** Whether this process can open one more file descriptor. */
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

/** Whether an error says that no file descriptor is left. */
export function isShortage(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(errorCode(error));
}

/** What `read` resolves with; `otherwise` where no file descriptor is left to read with. */
async function readOr(otherwise: number, read: () => Promise<number>): Promise<number> {
  try {
    return await read();
  } catch (error: unknown) {
    if (isShortage(error)) {
      return otherwise;
    }
    throw error;
  }
}

/** The soft limit; infinite where it is unlimited. */
async function descriptorLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
