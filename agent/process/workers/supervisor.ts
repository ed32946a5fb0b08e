import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { Inheritance } from '../../../credentials/credential-store.js';
import { OperatorError } from '../../config/error.js';
import type { WorkerFigures } from './figures.js';
import type { Failure, FromWorker, ToWorker } from './messages.js';

export interface SuperviseOptions {
  readonly count: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly figures: WorkerFigures;
  /** The pairs in force, looked at whenever a worker says something, and handed to each at its start. */
  readonly pairs: () => Readonly<Record<string, Inheritance>>;
  /** Called once, when so many of them listen. */
  readonly onListening: () => void;
}

/** Milliseconds between two starts of a worker that keeps ending. */
const restartPause = 1_000;

/**
 * Runs the same command in so many processes that share the listening sockets. One that ends is started again; told to
 * stop, all are, and the worst of their exit statuses is the answer. One that cannot start ends them all, and its reason
 * is thrown as OperatorError.
 *
 * Each begins with the CA of the start and the last good pair, which the parent keeps: one that is started again while
 * the files are bad serves like the others, and trusts whom they trust.
 */
export async function superviseWorkers(options: SuperviseOptions): Promise<number> {
  const { count, signal, logger, figures, pairs, onListening } = options;
  if (signal.aborted) {
    // Told to stop during the start: an abort that has been is not heard again.
    return 0;
  }
  // Each accepts by itself: what a parent hands to one that is killed meanwhile would hang for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const statuses: number[] = [];
  let ready = 0;
  return await new Promise((resolve, reject) => {
    let failure: Failure | undefined;
    const alive = new Set<Worker>();
    let stopping = false;
    // Once: they drain after the first signal.
    const stop = () => {
      if (stopping) {
        return;
      }
      stopping = true;
      for (const worker of alive) {
        worker.process.kill('SIGTERM');
      }
      settle();
    };
    const settle = () => {
      if (alive.size > 0) {
        return;
      }
      if (failure !== undefined && ready === 0) {
        reject(new OperatorError('worker_failed', failure.message, failure.hint));
      } else {
        resolve(Math.max(0, ...statuses));
      }
    };
    const start = () => {
      const worker = cluster.fork();
      let begun = false;
      alive.add(worker);
      // What is sent to one that was just killed cannot arrive; that it ended is said below.
      worker.on('error', (error) => logger.debug({ reason: error.message }, 'a worker could not be told'));
      worker.on('message', (message: FromWorker) => {
        const inForce = pairs();
        if (message.kind === 'started') {
          const begin: ToWorker = { kind: 'begin', pairs: inForce };
          worker.send(begin);
        }
        if (message.kind === 'failed') {
          failure ??= message.failure;
          if (ready > 0) {
            logger.error({ reason: message.failure.message }, 'a worker could not start');
          }
        }
        if (message.kind !== 'ready') {
          return;
        }
        figures.adopt(worker);
        begun = true;
        ready++;
        if (ready === count) {
          for (const { name, address } of message.addresses) {
            logger.info({ listener: name, address, workers: count }, 'listening');
          }
          onListening();
        }
      });
      worker.once('exit', (code, killedBy) => {
        alive.delete(worker);
        if (stopping || ready === 0) {
          // One that was still starting when all were told to stop has cut nobody off, however it ended.
          if (begun || !stopping) {
            statuses.push(killedBy === 'SIGTERM' ? 0 : (code ?? 1));
          }
          stop();
          settle();
          return;
        }
        logger.error(
          { status: code ?? killedBy, left: alive.size },
          alive.size === 0 ? 'no worker is left; one is started again' : 'a worker ended, and is started again',
        );
        setTimeout(() => {
          if (!stopping) {
            figures.restarted();
            start();
          }
        }, restartPause);
      });
    };
    for (let index = 0; index < count; index++) {
      start();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
