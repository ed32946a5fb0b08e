import type { EndpointObservation } from '../checks/check.js';
import { isUnauthorizedClient } from '../checks/unauthorized-client.js';
import type { Outcome } from '../probes/observation.js';
import type { Metrics } from './agent-registry.js';
import { type Labels, type Port, portLabels, seriesKey } from './labels.js';
import { outcomes, rejectionReason, unauthorizedClientOutcomes } from './reasons.js';

/** The label values that a port's counters have, by which they are removed. */
interface Counted {
  readonly port: Labels;
  readonly identities: Set<string>;
  readonly reasons: Set<string>;
}

/** Counters of probes and rejections, which are removed with their port. */
export class PortCounters {
  readonly #metrics: Pick<Metrics, 'probes' | 'rejections'>;
  readonly #counted = new Map<string, Counted>();

  constructor(metrics: Pick<Metrics, 'probes' | 'rejections'>) {
    this.#metrics = metrics;
  }

  /** Starts the outcomes of the agent's own probes at 0, so that the first failure is an increase. */
  start(port: Port): void {
    this.#start(portLabels(port), 'agent', outcomes);
  }

  count({ instance, endpoint, observation }: EndpointObservation): void {
    const { identity, outcome, rejection } = observation;
    const port = portLabels({ instance, endpoint });
    const started = isUnauthorizedClient(endpoint, identity) ? unauthorizedClientOutcomes : outcomes;
    const { reasons } = this.#start(port, identity, started);
    this.#metrics.probes.inc({ ...port, identity, outcome });
    if (rejection !== undefined) {
      const reason = rejectionReason(rejection);
      reasons.add(reason);
      this.#metrics.rejections.inc({ ...port, identity, reason });
    }
  }

  /** Removes the series of all other ports. */
  retain(ports: readonly Port[]): void {
    const retained = new Set(ports.map((port) => seriesKey(portLabels(port))));
    for (const [key, counted] of this.#counted) {
      if (!retained.has(key)) {
        this.#remove(counted);
        this.#counted.delete(key);
      }
    }
  }

  #start(port: Labels, identity: string, each: readonly Outcome[]): Counted {
    const key = seriesKey(port);
    const counted = this.#counted.get(key) ?? { port, identities: new Set(), reasons: new Set() };
    this.#counted.set(key, counted);
    if (!counted.identities.has(identity)) {
      counted.identities.add(identity);
      for (const outcome of each) {
        this.#metrics.probes.inc({ ...port, identity, outcome }, 0);
      }
    }
    return counted;
  }

  /** Removing a series that does not exist does nothing. */
  #remove({ port, identities, reasons }: Counted): void {
    for (const identity of identities) {
      for (const outcome of outcomes) {
        this.#metrics.probes.remove({ ...port, identity, outcome });
      }
      for (const reason of reasons) {
        this.#metrics.rejections.remove({ ...port, identity, reason });
      }
    }
  }
}
