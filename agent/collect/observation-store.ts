import {
  type EndpointObservation,
  type EndpointOfInstance,
  type EndpointResumption,
  type EndpointServerHandshake,
  portKey,
} from '../../checks/check.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import { PortRecord, type RecordedProbe } from './port-record.js';
import type { ProbeRun } from './probe-runs.js';
import type { Retention } from './retention.js';

/** The most ports that left the inventory and whose latest results are still known. */
const mostDeparted = 1_000;

/**
 * Everything that probes observed, in one record per port. Checks, page and API read it; change log and metrics subscribe to
 * it.
 */
export class ObservationStore {
  readonly #ports: Map<string, PortRecord>;
  readonly #listeners: Set<(recorded: RecordedProbe) => void>;

  constructor(ports = new Map<string, PortRecord>(), listeners = new Set<(recorded: RecordedProbe) => void>()) {
    this.#ports = ports;
    this.#listeners = listeners;
  }

  /** Calls `listener` after each recorded probe, also of every successor of this store. */
  subscribe(listener: (recorded: RecordedProbe) => void): void {
    this.#listeners.add(listener);
  }

  record(entry: EndpointObservation): void {
    const recorded = this.#portOf(entry).record(entry);
    for (const listener of this.#listeners) {
      listener(recorded);
    }
  }

  /** What a port reports of its peers at this path or method. */
  recordPeerReport(path: string, entry: EndpointObservation): void {
    this.#portOf(entry).recordPeerReport(path, entry);
  }

  recordServerHandshake(entry: EndpointServerHandshake): void {
    this.#portOf(entry).serverHandshake = entry;
  }

  recordResumption(entry: EndpointResumption): void {
    this.#portOf(entry).resumption = entry;
  }

  /** The latest observation of each identity at each port. */
  observations(): readonly EndpointObservation[] {
    return this.#records().flatMap(({ observations }) => [...observations.values()]);
  }

  peerReports(): readonly EndpointObservation[] {
    return this.#records().flatMap(({ peerReports }) => [...peerReports.values()]);
  }

  serverHandshakes(): readonly EndpointServerHandshake[] {
    return this.#records().flatMap(({ serverHandshake }) => (serverHandshake === undefined ? [] : [serverHandshake]));
  }

  serverHandshakeOf({ instance, endpoint }: EndpointOfInstance): EndpointServerHandshake | undefined {
    return this.#ports.get(portKey(instance, endpoint))?.serverHandshake;
  }

  resumptions(): readonly EndpointResumption[] {
    return this.#records().flatMap(({ resumption }) => (resumption === undefined ? [] : [resumption]));
  }

  /** What a port's probes resulted in since the agent started, latest first. */
  runs(instance: Instance, endpoint: Endpoint): readonly ProbeRun[] {
    return this.#ports.get(portKey(instance, endpoint))?.runs.toReversed() ?? [];
  }

  /**
   * The store for another inventory or configuration; this one stays as it is. A port of `instances` keeps its history, and of
   * its evidence what `retention` says. A port that left the inventory keeps its latest results alone, and loses them when
   * more than a thousand left after it.
   */
  successor(instances: readonly Instance[], retention: Retention): ObservationStore {
    const known = new Set(
      instances.flatMap((instance) => instance.endpoints.map((endpoint) => portKey(instance, endpoint))),
    );
    const ports = [...this.#ports];
    const departed = ports.filter(([key]) => !known.has(key)).slice(-mostDeparted);
    const present = ports.filter(([key]) => known.has(key));
    return new ObservationStore(
      new Map([
        ...departed.map(([key, record]) => [key, record.departed()] as const),
        ...present.map(([key, record]) => [key, record.carriedOver(retention)] as const),
      ]),
      this.#listeners,
    );
  }

  #records(): readonly PortRecord[] {
    return [...this.#ports.values()];
  }

  #portOf({ instance, endpoint }: EndpointOfInstance): PortRecord {
    const key = portKey(instance, endpoint);
    const record = this.#ports.get(key) ?? new PortRecord();
    this.#ports.set(key, record);
    return record;
  }
}
