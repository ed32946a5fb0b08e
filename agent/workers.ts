import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';

/** What a worker tells once it listens. */
export interface Ready {
  readonly addresses: readonly { readonly name: string; readonly address: string }[];
}

/** Milliseconds between two starts of a worker that keeps ending. */
const restartPause = 1_000;

/**
 * Runs the same command in so many processes that share the listening sockets. One that ends is started again; told to
 * stop, all are, and the worst of their exit statuses is the answer. One that cannot start ends them all.
 */
export async function superviseWorkers(count: number, signal: AbortSignal, logger: Logger): Promise<number> {
  // Each accepts by itself: what a parent hands to one that is killed meanwhile would hang for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const statuses: number[] = [];
  let ready = 0;
  return await new Promise((resolve) => {
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
      if (alive.size === 0) {
        resolve(Math.max(0, ...statuses));
      }
    };
    const start = () => {
      const worker = cluster.fork();
      alive.add(worker);
      // Answers to the questions of the metrics come by the same channel.
      worker.on('message', ({ addresses }: Partial<Ready>) => {
        if (addresses === undefined) {
          return;
        }
        ready++;
        if (ready === count) {
          for (const { name, address } of addresses) {
            logger.info({ listener: name, address, workers: count }, 'listening');
          }
        }
      });
      worker.once('exit', (code, killedBy) => {
        alive.delete(worker);
        if (stopping || ready === 0) {
          // One that had not begun has nothing to drain.
          statuses.push(killedBy === 'SIGTERM' ? 0 : (code ?? 1));
          stop();
          settle();
          return;
        }
        logger.error(
          { status: code ?? killedBy, left: alive.size },
          alive.size === 0 ? 'no worker is left; one is started again' : 'a worker ended, and is started again',
        );
        setTimeout(() => (stopping ? undefined : start()), restartPause);
      });
    };
    for (let index = 0; index < count; index++) {
      start();
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
