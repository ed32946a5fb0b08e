import { Registry } from 'prom-client';
import type { Incident } from '../checks/causes/cause.js';
import { type EndpointObservation, portsOf } from '../checks/check.js';
import type { Finding } from '../checks/finding.js';
import { latestChains } from '../checks/latest-chains.js';
import { isUnauthorizedClient } from '../checks/unauthorized-client.js';
import { componentNames } from '../cluster/components/profile.js';
import type { Inventory } from '../cluster/inventory/inventory.js';
import { type GaugeKey, type Metrics, registerMetrics } from './agent-registry.js';
import { type CredentialEntry, setCredentials } from './credential-metrics.js';
import { definitions, type MetricKey } from './definitions.js';
import { exposition } from './exposition.js';
import { setFindings } from './finding-metrics.js';
import { setIncidents } from './incident-metrics.js';
import { type Labels, type Port, portLabels, seconds } from './labels.js';
import { PortCounters } from './port-counters.js';
import { type ProbeRejectionReason, probeRejectionReasons } from './reasons.js';

/** Counters whose series exist from the start, so that the first event is an increase. */
const countedFromStart = [
  ['reloads', 'outcome', ['success', 'failure']],
  ['reloadTriggers', 'kind', ['touch', 'failed-handshake']],
  ['fileChanges', 'detected_by', ['event', 'sweep']],
  ['probeRequestsRejected', 'reason', probeRejectionReasons],
] as const;

/**
 * The agent's metrics. Each `set` replaces all series of its metrics in one turn of the event loop: series of files and
 * ports that are gone disappear, and no scrape sees a metric half filled.
 */
export class AgentMetrics {
  /** Other parts of this process register their metrics here, too. */
  readonly registry = new Registry();
  readonly #metrics: Metrics;
  readonly #ports: PortCounters;
  readonly #defaultLabels: Labels;
  #inventory: Inventory | undefined;

  /** `agent` becomes a label of every series, because several agents may probe the same port. */
  constructor(agent?: string) {
    this.#defaultLabels = agent === undefined ? {} : { agent };
    this.#metrics = registerMetrics(this.registry, this.#defaultLabels);
    this.#ports = new PortCounters(this.#metrics);
    for (const [metric, label, values] of countedFromStart) {
      for (const value of values) {
        this.#metrics[metric].inc({ [label]: value }, 0);
      }
    }
    // Without a web configuration file there is nothing to fail.
    this.recordWebConfigReload(true);
    this.setFileEvents(true);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The text of /metrics in parts that end with a line; see `exposition`. `names` are all metrics unless given. */
  parts(names = this.registry.getMetricsAsArray().map(({ name }) => name)): AsyncGenerator<string> {
    return exposition(this.registry, names, this.#defaultLabels);
  }

  /** The text of these metrics, of all unless given. */
  async render(keys?: readonly MetricKey[]): Promise<string> {
    let text = '';
    for await (const part of this.parts(keys?.map((key) => definitions[key].name))) {
      text += part;
    }
    return text;
  }

  setBuildInfo({ version, revision = '' }: { readonly version: string; readonly revision?: string }): void {
    this.#metrics.buildInfo.set({ version, revision, nodeversion: process.version }, 1);
  }

  /**
   * Ports that left the inventory lose their counters; those of ports that this agent probes start at 0. `probed` is a
   * part of the inventory where several agents share a large cluster.
   */
  setInventory(inventory: Inventory, probed: readonly Port[] = portsOf(inventory.instances)): void {
    if (inventory === this.#inventory) {
      return;
    }
    this.#inventory = inventory;
    for (const component of componentNames) {
      const instances = inventory.instances.filter((one) => one.component === component);
      this.#metrics.instances.set({ component }, instances.length);
      this.#metrics.endpoints.set({ component }, instances.flatMap(({ endpoints }) => endpoints).length);
    }
    this.#metrics.leftOut.set(inventory.leftOut ?? 0);
    for (const port of probed) {
      this.#ports.start(port);
    }
    this.#ports.retain(portsOf(inventory.instances));
  }

  setCredentials(entries: readonly CredentialEntry[]): void {
    setCredentials(this.#metrics, entries);
  }

  setObservations(entries: readonly EndpointObservation[]): void {
    this.#reset('servedNotAfter', 'servedNotBefore', 'endpointUp', 'probeSeconds');
    // Whether an unauthorized client is answered says nothing about whether the port is up.
    for (const entry of entries.filter(
      ({ endpoint, observation }) => !isUnauthorizedClient(endpoint, observation.identity),
    )) {
      const labels = { ...portLabels(entry), identity: entry.observation.identity };
      this.#metrics.endpointUp.set(labels, entry.observation.outcome === 'accepted' ? 1 : 0);
      this.#metrics.probeSeconds.set(labels, entry.observation.durations.total);
    }
    for (const entry of latestChains(entries)) {
      const [leaf] = entry.observation.peerChain;
      if (leaf !== undefined) {
        this.#metrics.servedNotAfter.set(portLabels(entry), seconds(leaf.notAfter));
        this.#metrics.servedNotBefore.set(portLabels(entry), seconds(leaf.notBefore));
      }
    }
  }

  countProbe(entry: EndpointObservation): void {
    this.#ports.count(entry);
  }

  /** `now` is when the checks ran. */
  setFindings(findings: readonly Finding[], now = new Date()): void {
    setFindings(this.#metrics, findings);
    this.#metrics.lastCheck.set(seconds(now));
  }

  setIncidents(incidents: readonly Incident[]): void {
    setIncidents(this.#metrics, incidents);
  }

  recordReload(outcome: 'success' | 'failure'): void {
    this.#metrics.reloads.inc({ outcome });
  }

  /** By identity, whether its certificate and key are those on disk. */
  setIdentities(current: ReadonlyMap<string, boolean>): void {
    this.#reset('identityCurrent');
    for (const [identity, isCurrent] of current) {
      this.#metrics.identityCurrent.set({ identity }, isCurrent ? 1 : 0);
    }
  }

  recordReloadTrigger(kind: string): void {
    this.#metrics.reloadTriggers.inc({ kind });
  }

  recordFileChange(detectedBy: 'event' | 'sweep'): void {
    this.#metrics.fileChanges.inc({ detected_by: detectedBy });
  }

  /** Counts a request to `/probe` that was answered without a probe. */
  recordProbeRequestRejected(reason: ProbeRejectionReason): void {
    this.#metrics.probeRequestsRejected.inc({ reason });
  }

  setFileEvents(working: boolean): void {
    this.#metrics.fileEvents.set(working ? 1 : 0);
  }

  recordConfigReload(ok: boolean, now: Date): void {
    this.#metrics.configReloadOk.set(ok ? 1 : 0);
    if (ok) {
      this.#metrics.configReloadAt.set(seconds(now));
    }
  }

  recordWebConfigReload(ok: boolean): void {
    this.#metrics.webConfigReloadOk.set(ok ? 1 : 0);
  }

  #reset(...keys: GaugeKey[]): void {
    for (const key of keys) {
      this.#metrics[key].reset();
    }
  }
}
