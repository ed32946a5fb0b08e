import type { Worker } from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import { workerDefinitions as definitions } from '../../../metrics/proxy-definitions.js';
import type { FromWorker, MetricValues, ToWorker } from './messages.js';

/** How long a scrape waits for the workers, in milliseconds. */
const answerMilliseconds = 1_000;

/**
 * The metrics of all workers as one. The last values of each are kept: a worker that does not answer in time counts with
 * them, and those of one that ended stay, except its gauges, so that no counter falls.
 */
export class WorkerMetrics {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #parent = new Registry();
  readonly #last = new Map<Worker, MetricValues>();
  readonly #requested = new Set<Worker>();
  readonly #workers: Gauge;
  readonly #restarts: Counter;
  #ended: Promise<MetricValues> = Promise.resolve([]);
  /** One function for each scrape that waits for answers. */
  readonly #scrapes = new Set<() => void>();

  constructor() {
    const { workers, restarts } = definitions;
    const registers = [this.#parent];
    this.#workers = new Gauge({ ...workers, labelNames: [...workers.labels], registers });
    this.#restarts = new Counter({ ...restarts, labelNames: [...restarts.labels], registers });
  }

  /** Includes a worker that is ready: a request that was sent to it before would be lost. */
  add(worker: Worker): void {
    this.#last.set(worker, []);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'metrics') {
        this.#last.set(worker, message.values);
        this.#answered(worker);
      }
    });
    // Comes after the last message, unlike `exit`.
    worker.once('disconnect', () => {
      const left = (this.#last.get(worker) ?? []).filter(({ type }) => String(type) !== 'gauge');
      this.#last.delete(worker);
      this.#ended = this.#ended.then((ended) => AggregatorRegistry.aggregate([ended, left]).getMetricsAsJSON());
      this.#answered(worker);
    });
  }

  restarted(): void {
    this.#restarts.inc();
  }

  /** The text of /metrics, within a second even where workers hang. */
  async render(): Promise<string> {
    for (const worker of this.#last.keys()) {
      this.#request(worker);
    }
    await this.#answers();
    this.#workers.set({ state: 'silent' }, this.#requested.size);
    this.#workers.set({ state: 'answering' }, this.#last.size - this.#requested.size);
    const [parent, ended] = [await this.#parent.getMetricsAsJSON(), await this.#ended];
    return await AggregatorRegistry.aggregate([parent, ended, ...this.#last.values()]).metrics();
  }

  /** One request at a time: those to a stopped worker would pile up. */
  #request(worker: Worker): void {
    if (!this.#requested.has(worker) && worker.isConnected()) {
      this.#requested.add(worker);
      const request: ToWorker = { kind: 'metrics-request' };
      worker.send(request);
    }
  }

  /** Resolves when every worker has answered, or after a second. */
  #answers(): Promise<void> {
    if (this.#requested.size === 0) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#scrapes.delete(done);
        resolve();
      };
      const timer = setTimeout(done, answerMilliseconds);
      this.#scrapes.add(done);
    });
  }

  #answered(worker: Worker): void {
    this.#requested.delete(worker);
    for (const done of this.#requested.size === 0 ? [...this.#scrapes] : []) {
      done();
    }
  }
}
