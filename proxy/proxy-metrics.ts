import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { proxyDefinitions as definitions } from '../metrics/proxy-definitions.js';
import type { ProxyEvents } from './events.js';
import { rejectionReasons } from './rejection.js';

type Name = keyof typeof definitions;

/** The metrics of the proxy in a registry, with events for each listener. */
export class ProxyMetrics {
  readonly #counters = new Map<Name, Counter>();
  readonly #gauges = new Map<Name, Gauge>();
  readonly #histograms = new Map<Name, Histogram>();

  constructor(registry: Registry) {
    for (const [name, definition] of Object.entries(definitions) as [Name, (typeof definitions)[Name]][]) {
      const options = {
        name: definition.name,
        help: definition.help,
        labelNames: [...definition.labels],
        registers: [registry],
      };
      if (definition.type === 'counter') {
        this.#counters.set(name, new Counter(options));
      } else if (definition.type === 'gauge') {
        const aggregator = 'aggregator' in definition ? definition.aggregator : 'sum';
        this.#gauges.set(name, new Gauge({ ...options, aggregator }));
      } else {
        this.#histograms.set(name, new Histogram({ ...options, buckets: [...definition.buckets] }));
      }
    }
  }

  /** Counts the events of a listener; every series except the histograms begins at 0. */
  eventsFor(listener: string): ProxyEvents {
    const counter = (name: Name) => this.#counters.get(name);
    for (const reason of rejectionReasons) {
      counter('rejected')?.inc({ listener, reason }, 0);
    }
    for (const direction of ['sent', 'received']) {
      counter('bytes')?.inc({ listener, direction }, 0);
    }
    counter('accepted')?.inc({ listener }, 0);
    counter('acceptErrors')?.inc({ listener }, 0);
    this.#gauges.get('open')?.set({ listener }, 0);
    return {
      accepted: () => counter('accepted')?.inc({ listener }),
      established: (milliseconds) => {
        this.#gauges.get('open')?.inc({ listener });
        this.#histograms.get('setup')?.observe({ listener }, milliseconds / 1000);
      },
      rejected: (reason) => counter('rejected')?.inc({ listener, reason }),
      closed: (seconds, sent, received) => {
        this.#gauges.get('open')?.dec({ listener });
        this.#histograms.get('lifetime')?.observe({ listener }, seconds);
        counter('bytes')?.inc({ listener, direction: 'sent' }, sent);
        counter('bytes')?.inc({ listener, direction: 'received' }, received);
      },
      credentialVersion: (number) => this.#gauges.get('version')?.set({ listener }, number),
      acceptFailed: () => counter('acceptErrors')?.inc({ listener }),
    };
  }
}
