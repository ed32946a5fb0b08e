import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { latestChains } from '../checks/certificate-validity.js';
import type { EndpointObservation } from '../checks/check.js';
import type { Finding, Status } from '../checks/finding.js';
import { isUnauthorizedClient } from '../checks/rejects-unauthorized.js';
import { summarize } from '../checks/summary.js';
import { componentNames } from '../cluster/components/profile.js';
import type { Inventory } from '../cluster/inventory/inventory.js';
import type { Outcome } from '../probes/observation.js';
import { type CredentialEntry, setCredentials } from './credential-metrics.js';
import { definitions, type MetricKey } from './definitions.js';
import { placeLabels, portLabels, seconds, seriesKey } from './labels.js';
import {
  outcomes,
  type ProbeRejectionReason,
  probeRejectionReasons,
  rejectionReason,
  unauthorizedClientOutcomes,
} from './reasons.js';
import { resultOf } from './results.js';
import { type Labels, SeriesTable } from './series-table.js';
import type { Tables } from './tables.js';
import { visibleMetrics } from './unprintable.js';

type Port = Pick<EndpointObservation, 'instance' | 'endpoint'>;

/** Counters whose series exist before anything happened, so that a first time is an increase. */
const countedFromStart = [
  ['reloads', 'outcome', ['success', 'failure']],
  ['reloadTriggers', 'kind', ['touch', 'failed-handshake']],
  ['fileChanges', 'detected_by', ['event', 'sweep']],
  ['probeRequestsRejected', 'reason', probeRejectionReasons],
] as const;

const severity: Readonly<Record<Status, number>> = { pass: 0, unknown: 1, warn: 2, fail: 3 };

/**
 * The agent's metrics. Each `set` replaces all series of its metrics within one tick, so that vanished things vanish and
 * no scrape meets a gap.
 */
export class AgentMetrics {
  /** For what others count in this process, and write at the end. */
  readonly registry = new Registry();
  readonly #tables: Tables;
  #inventory: Inventory | undefined;

  /** `agent` becomes a label of every series: several agents may see the same port. */
  constructor(agent?: string) {
    const constant = agent === undefined ? {} : { agent };
    this.registry.setDefaultLabels(constant);
    this.#tables = Object.fromEntries(
      Object.entries(definitions).map(([key, row]) => [key, new SeriesTable(row, constant)]),
    ) as Record<MetricKey, SeriesTable>;
    for (const [metric, label, values] of countedFromStart) {
      for (const value of values) {
        this.#tables[metric].add({ [label]: value }, 0);
      }
    }
    // No file is as good as a good one.
    this.recordWebConfig(true);
    this.setFileEvents(true);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The text of /metrics in parts, between which others run: that of ten thousand ports is megabytes. No part ends within a line. */
  async *parts(): AsyncGenerator<string> {
    let before = '';
    for (const table of Object.values(this.#tables)) {
      for (const part of table.parts()) {
        yield before + part;
        before = '';
        await turn();
      }
      before = '\n\n';
    }
    for (const { name } of this.registry.getMetricsAsArray()) {
      yield before + visibleMetrics(await this.registry.getSingleMetricAsString(name));
    }
    yield '\n';
  }

  async render(): Promise<string> {
    let text = '';
    for await (const part of this.parts()) {
      text += part;
    }
    return text;
  }

  /** The text of some metrics, without those that have no series. */
  textOf(keys: readonly MetricKey[]): string {
    return keys
      .map((key) => [...this.#tables[key].parts()])
      .filter((parts) => parts.length > 1)
      .map((parts) => `${parts.join('')}\n`)
      .join('');
  }

  setBuildInfo({ version, revision = '' }: { readonly version: string; readonly revision?: string }): void {
    this.#tables.buildInfo.set({ version, revision, nodeversion: process.version }, 1);
  }

  /**
   * Ports that left the inventory lose their counters; those that this agent probes begin at 0, so that a first failure
   * is an increase. Of a large cluster one agent probes a part; all of them unless told otherwise.
   */
  setInventory(inventory: Inventory, probed: readonly Port[] = portsOf(inventory)): void {
    if (inventory === this.#inventory) {
      return;
    }
    this.#inventory = inventory;
    for (const component of componentNames) {
      const instances = inventory.instances.filter((one) => one.component === component);
      this.#tables.instances.set({ component }, instances.length);
      this.#tables.endpoints.set({ component }, instances.flatMap(({ endpoints }) => endpoints).length);
    }
    const ports = new Set(portsOf(inventory).map((one) => seriesKey(portLabels(one))));
    for (const one of probed) {
      this.#beginOutcomes({ ...portLabels(one), identity: 'agent' }, seriesKey(portLabels(one)), outcomes);
    }
    for (const metric of ['probes', 'rejections'] as const) {
      this.#tables[metric].keep((port) => ports.has(port));
    }
  }

  setCredentials(entries: readonly CredentialEntry[]): void {
    setCredentials(this.#tables, entries);
  }

  setObservations(entries: readonly EndpointObservation[]): void {
    this.#reset('servedNotAfter', 'servedNotBefore', 'endpointUp', 'probeSeconds');
    // A stranger's probe says nothing of whether the port is up.
    for (const entry of entries.filter(
      ({ endpoint, observation }) => !isUnauthorizedClient(endpoint, observation.identity),
    )) {
      const labels = { ...portLabels(entry), identity: entry.observation.identity };
      this.#tables.endpointUp.set(labels, entry.observation.outcome === 'accepted' ? 1 : 0);
      this.#tables.probeSeconds.set(labels, entry.observation.durations.total);
    }
    for (const entry of latestChains(entries)) {
      const [leaf] = entry.observation.peerChain;
      if (leaf !== undefined) {
        this.#tables.servedNotAfter.set(portLabels(entry), seconds(leaf.notAfter));
        this.#tables.servedNotBefore.set(portLabels(entry), seconds(leaf.notBefore));
      }
    }
  }

  countProbe({ instance, endpoint, observation }: EndpointObservation): void {
    const { identity, outcome, rejection } = observation;
    const port = portLabels({ instance, endpoint });
    const owner = seriesKey(port);
    const labels = { ...port, identity };
    this.#beginOutcomes(
      labels,
      owner,
      isUnauthorizedClient(endpoint, identity) ? unauthorizedClientOutcomes : outcomes,
    );
    this.#tables.probes.add({ ...labels, outcome }, 1, owner);
    if (rejection !== undefined) {
      this.#tables.rejections.add({ ...labels, reason: rejectionReason(rejection) }, 1, owner);
    }
  }

  /** `now` is when the checks ran. */
  setFindings(findings: readonly Finding[], now = new Date()): void {
    this.#reset(
      'findingStatus',
      'findings',
      'caChanged',
      'callerAccepted',
      'unauthorizedClientRejected',
      'servedMatchesFile',
    );
    for (const { check, component, instance, endpoint = '', identity = '', status } of findings) {
      const labels = { check, ...placeLabels(component, instance), endpoint, identity };
      this.#tables.findingStatus.raise(labels, severity[status]);
    }
    for (const finding of findings) {
      const result = resultOf(finding);
      if (result !== undefined) {
        this.#tables[result.metric].set(result.labels, result.value);
      }
    }
    for (const [status, count] of Object.entries(summarize(findings))) {
      this.#tables.findings.set({ status }, count);
    }
    this.#tables.lastCheck.set({}, seconds(now));
  }

  recordReload(outcome: 'success' | 'failure'): void {
    this.#tables.reloads.add({ outcome }, 1);
  }

  /** Whether each identity is the pair on disk. */
  setIdentities(current: ReadonlyMap<string, boolean>): void {
    this.#reset('identityCurrent');
    for (const [identity, isCurrent] of current) {
      this.#tables.identityCurrent.set({ identity }, isCurrent ? 1 : 0);
    }
  }

  recordReloadTrigger(kind: string): void {
    this.#tables.reloadTriggers.add({ kind }, 1);
  }

  recordFileChange(detectedBy: 'event' | 'sweep'): void {
    this.#tables.fileChanges.add({ detected_by: detectedBy }, 1);
  }

  recordProbeRejected(reason: ProbeRejectionReason): void {
    this.#tables.probeRequestsRejected.add({ reason }, 1);
  }

  setFileEvents(working: boolean): void {
    this.#tables.fileEvents.set({}, working ? 1 : 0);
  }

  recordConfigReload(ok: boolean, now: Date): void {
    this.#tables.configReloadOk.set({}, ok ? 1 : 0);
    if (ok) {
      this.#tables.configReloadAt.set({}, seconds(now));
    }
  }

  recordWebConfig(ok: boolean): void {
    this.#tables.webConfigReloadOk.set({}, ok ? 1 : 0);
  }

  /** At 0, so that a first time is an increase. Where one of them is there, all are. */
  #beginOutcomes(labels: Labels, owner: string, each: readonly Outcome[]): void {
    if (each[0] !== undefined && this.#tables.probes.has({ ...labels, outcome: each[0] })) {
      return;
    }
    for (const outcome of each) {
      this.#tables.probes.add({ ...labels, outcome }, 0, owner);
    }
  }

  #reset(...names: MetricKey[]): void {
    for (const name of names) {
      this.#tables[name].restart();
    }
  }
}

function portsOf({ instances }: Inventory): readonly Port[] {
  return instances.flatMap((instance) => instance.endpoints.map((endpoint) => ({ instance, endpoint })));
}
