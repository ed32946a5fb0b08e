import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { OperatorError } from '../../config/error.js';
import type { Failure, FromWorker, ListenerCredentials, ToWorker } from './messages.js';
import type { WorkerMetrics } from './worker-metrics.js';

export interface SuperviseOptions {
  readonly count: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  /** The credentials in use; called at every message of a worker, and passed to each worker at its start. */
  readonly credentials: () => ListenerCredentials;
  /** Called once, when all of them listen. */
  readonly onListening: () => void;
}

/** Milliseconds between the end of a worker and the start of the next one. */
const restartPause = 1_000;

/**
 * Runs the same command in several processes that share the listening sockets. A worker that ends is started again.
 * After the signal all workers are stopped, and the worst of their exit statuses is the result. Where a worker cannot
 * start before any listens, all are stopped, and its failure is thrown as OperatorError.
 *
 * Each worker starts with the CA of the start and the last good credentials, which the parent keeps: one that is
 * started again while the files are bad serves like the others, and trusts the same CA.
 */
export async function superviseWorkers(options: SuperviseOptions): Promise<number> {
  if (options.signal.aborted) {
    // Stopped during the start: the event of an earlier abort does not come again.
    return 0;
  }
  // Each worker accepts by itself: a connection that a parent passes to a worker killed meanwhile would hang for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  return await new Supervisor(options).run();
}

class Supervisor {
  readonly #options: SuperviseOptions;
  readonly #alive = new Set<Worker>();
  readonly #statuses: number[] = [];
  /** Workers that have listened, those that ended since included. */
  #ready = 0;
  #failure: Failure | undefined;
  #stopping = false;
  #onEnded: () => void = () => undefined;

  constructor(options: SuperviseOptions) {
    this.#options = options;
  }

  async run(): Promise<number> {
    const { count, signal } = this.#options;
    const ended = new Promise<void>((resolve) => {
      this.#onEnded = resolve;
    });
    for (let index = 0; index < count; index++) {
      this.#start();
    }
    signal.addEventListener('abort', () => this.#stop(), { once: true });
    await ended;
    if (this.#failure !== undefined && this.#ready === 0) {
      throw new OperatorError('worker_failed', this.#failure.message, this.#failure.hint);
    }
    return Math.max(0, ...this.#statuses);
  }

  #start(): void {
    const worker = cluster.fork();
    this.#alive.add(worker);
    // A message to a worker that was just killed fails; `exit` reports its end.
    worker.on('error', (error) =>
      this.#options.logger.debug({ reason: error.message }, 'a message to a worker could not be sent'),
    );
    let listened = false;
    worker.on('message', (message: FromWorker) => {
      listened ||= message.kind === 'ready';
      this.#receive(worker, message);
    });
    worker.once('exit', (code, signal) => {
      this.#alive.delete(worker);
      this.#exited(listened, code, signal);
    });
  }

  #receive(worker: Worker, message: FromWorker): void {
    const { count, logger, metrics, onListening } = this.#options;
    const credentials = this.#options.credentials();
    if (message.kind === 'started') {
      const begin: ToWorker = { kind: 'begin', credentials };
      worker.send(begin);
    }
    if (message.kind === 'failed') {
      this.#failure ??= message.failure;
      if (this.#ready > 0) {
        logger.error({ reason: message.failure.message }, 'a worker could not start');
      }
    }
    if (message.kind === 'ready') {
      metrics.add(worker);
      this.#ready++;
      if (this.#ready === count) {
        for (const { name, address } of message.addresses) {
          logger.info({ listener: name, address, workers: count }, 'listening');
        }
        onListening();
      }
    }
  }

  #exited(listened: boolean, code: number | null, signal: string | null): void {
    if (this.#stopping || this.#ready === 0) {
      // A worker that was still starting when all were stopped has closed no connection: its status does not count.
      if (listened || !this.#stopping) {
        this.#statuses.push(signal === 'SIGTERM' ? 0 : (code ?? 1));
      }
      this.#stop();
      return;
    }
    const left = this.#alive.size;
    this.#options.logger.error(
      { status: code ?? signal, left },
      left === 0 ? 'no worker is left; one is started again' : 'a worker ended, and is started again',
    );
    setTimeout(() => this.#restart(), restartPause);
  }

  #restart(): void {
    if (!this.#stopping) {
      this.#options.metrics.restarted();
      this.#start();
    }
  }

  /** Sends SIGTERM once, since workers drain after the first one; ends when no worker is left. */
  #stop(): void {
    if (!this.#stopping) {
      this.#stopping = true;
      for (const worker of this.#alive) {
        worker.process.kill('SIGTERM');
      }
    }
    if (this.#alive.size === 0) {
      this.#onEnded();
    }
  }
}
