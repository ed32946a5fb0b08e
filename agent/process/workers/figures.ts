import type { Worker } from 'node:cluster';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import { workerDefinitions as definitions } from '../../../metrics/proxy-definitions.js';
import type { Figures, FromWorker, ToWorker } from './messages.js';

/** How long a scrape waits for the workers, in milliseconds. */
const patience = 1_000;

/**
 * The metrics of all workers as one. What each said last is kept: a worker that does not answer in time counts with that,
 * and one that has ended leaves its counters, so that none goes back to zero.
 */
export class WorkerFigures {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #agent = new Registry();
  readonly #last = new Map<Worker, Figures>();
  readonly #asked = new Set<Worker>();
  readonly #workers: Gauge;
  readonly #restarts: Counter;
  #ended: Promise<Figures> = Promise.resolve([]);
  readonly #waiting = new Set<() => void>();

  constructor() {
    const { workers, restarts } = definitions;
    const registers = [this.#agent];
    this.#workers = new Gauge({ ...workers, labelNames: [...workers.labels], registers });
    this.#restarts = new Counter({ ...restarts, labelNames: [...restarts.labels], registers });
  }

  /** From when it listens: a question that comes before is not heard. */
  adopt(worker: Worker): void {
    this.#last.set(worker, []);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'figures') {
        this.#last.set(worker, message.figures);
        this.#asked.delete(worker);
        this.#settle();
      }
    });
    // After its last message, which its exit may overtake.
    worker.once('disconnect', () => {
      const left = (this.#last.get(worker) ?? []).filter(({ type }) => String(type) !== 'gauge');
      this.#last.delete(worker);
      this.#asked.delete(worker);
      this.#ended = this.#ended.then((ended) => AggregatorRegistry.aggregate([ended, left]).getMetricsAsJSON());
      this.#settle();
    });
  }

  restarted(): void {
    this.#restarts.inc();
  }

  /** The text of /metrics, within a second however many workers hang. */
  async render(): Promise<string> {
    for (const worker of this.#last.keys()) {
      // One question at a time: those to a worker that is stopped would pile up.
      if (!this.#asked.has(worker) && worker.isConnected()) {
        this.#asked.add(worker);
        const question: ToWorker = { kind: 'ask-figures' };
        worker.send(question);
      }
    }
    await this.#answered();
    this.#workers.set({ state: 'silent' }, this.#asked.size);
    this.#workers.set({ state: 'answering' }, this.#last.size - this.#asked.size);
    const [agent, ended] = [await this.#agent.getMetricsAsJSON(), await this.#ended];
    return await AggregatorRegistry.aggregate([agent, ended, ...this.#last.values()]).metrics();
  }

  /** Resolves when nobody is asked any more, or when patience ends. */
  #answered(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, patience);
      this.#waiting.add(done);
      this.#settle();
    });
  }

  #settle(): void {
    for (const done of this.#asked.size === 0 ? this.#waiting : []) {
      done();
    }
  }
}
