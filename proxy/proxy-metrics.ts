import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { proxyDefinitions as definitions } from '../metrics/proxy-definitions.js';
import type { ProxyEvents } from './events.js';
import { rejectionReasons } from './rejection.js';

/** The metrics of the proxy in a registry, with events for each listener. */
export class ProxyMetrics {
  readonly #accepted: Counter;
  readonly #open: Gauge;
  readonly #rejected: Counter;
  readonly #bytes: Counter;
  readonly #setup: Histogram;
  readonly #lifetime: Histogram;
  readonly #version: Gauge;
  readonly #acceptErrors: Counter;

  constructor(registry: Registry) {
    const options = ({ name, help, labels }: (typeof definitions)[keyof typeof definitions]) => {
      return { name, help, labelNames: [...labels], registers: [registry] };
    };
    const { accepted, open, rejected, bytes, setup, lifetime, version, acceptErrors } = definitions;
    this.#accepted = new Counter(options(accepted));
    this.#open = new Gauge(options(open));
    this.#rejected = new Counter(options(rejected));
    this.#bytes = new Counter(options(bytes));
    this.#setup = new Histogram({ ...options(setup), buckets: [...setup.buckets] });
    this.#lifetime = new Histogram({ ...options(lifetime), buckets: [...lifetime.buckets] });
    this.#version = new Gauge({ ...options(version), aggregator: version.aggregator });
    this.#acceptErrors = new Counter(options(acceptErrors));
  }

  /** Counts the events of a listener; every series except the histograms and the version begins at 0. */
  eventsFor(listener: string): ProxyEvents {
    const accepted = this.#accepted.labels({ listener });
    const open = this.#open.labels({ listener });
    const setup = this.#setup.labels({ listener });
    const lifetime = this.#lifetime.labels({ listener });
    const sent = this.#bytes.labels({ listener, direction: 'sent' });
    const received = this.#bytes.labels({ listener, direction: 'received' });
    const acceptErrors = this.#acceptErrors.labels({ listener });
    for (const counter of [accepted, sent, received, acceptErrors]) {
      counter.inc(0);
    }
    for (const reason of rejectionReasons) {
      this.#rejected.inc({ listener, reason }, 0);
    }
    open.set(0);
    return {
      accepted: () => accepted.inc(),
      established: (milliseconds) => {
        open.inc();
        setup.observe(milliseconds / 1000);
      },
      rejected: (reason) => this.#rejected.inc({ listener, reason }),
      closed: (seconds, bytesSent, bytesReceived) => {
        open.dec();
        lifetime.observe(seconds);
        sent.inc(bytesSent);
        received.inc(bytesReceived);
      },
      credentialVersion: (number) => this.#version.set({ listener }, number),
      acceptFailed: () => acceptErrors.inc(),
    };
  }
}
