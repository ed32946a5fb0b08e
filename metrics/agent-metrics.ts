import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { latestChains } from '../checks/certificate-validity.js';
import type { EndpointObservation } from '../checks/check.js';
import type { Finding, Status } from '../checks/finding.js';
import { isStranger } from '../checks/strangers-refused.js';
import { summarize } from '../checks/summary.js';
import type { Inventory } from '../cluster/inventory.js';
import { componentNames } from '../cluster/profile.js';
import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { Outcome } from '../probes/observation.js';
import { definitions, type MetricKey } from './definitions.js';
import { placeLabels, portLabels, seconds, seriesKey } from './labels.js';
import {
  credentialReasons,
  outcomes,
  type ProbeRefusalReason,
  probeRefusalReasons,
  refusalReason,
  strangerOutcomes,
} from './reasons.js';
import { SeriesTable } from './series-table.js';
import { visibleMetrics } from './unprintable.js';
import { verdictOf } from './verdicts.js';

export interface CredentialEntry {
  readonly component: string;
  readonly instance: string;
  readonly facts: CredentialFacts;
}

type Port = Pick<EndpointObservation, 'instance' | 'endpoint'>;

interface CountedSeries {
  readonly metric: MetricKey;
  readonly port: string;
  readonly labels: Record<string, string>;
}

/** Counters whose series exist before anything happened, so that a first time is an increase. */
const countedFromStart = [
  ['reloads', 'outcome', ['success', 'failure']],
  ['nudges', 'kind', ['touch', 'failed-handshake']],
  ['fileChanges', 'seen_by', ['event', 'sweep']],
  ['probeRequestsRefused', 'reason', probeRefusalReasons],
] as const;

const severity: Readonly<Record<Status, number>> = { pass: 0, skip: 1, warn: 2, fail: 3 };

/**
 * The agent's metrics over a registry of its own. Each `set` replaces all series of its metrics within one tick, so
 * that vanished things vanish and no scrape meets a gap.
 */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #tables: Readonly<Record<MetricKey, SeriesTable>>;
  /** Label sets of per-port counters: a counter cannot tell them, and ports leave the inventory. */
  readonly #counted = new Map<string, CountedSeries>();
  /** Ports and identities whose outcomes have begun at 0. */
  readonly #begun = new Set<string>();
  #inventory: Inventory | undefined;

  /** `agent` becomes a label of every series: several agents may see the same port. */
  constructor(agent?: string) {
    const constant = agent === undefined ? {} : { agent };
    this.registry.setDefaultLabels(constant);
    this.#tables = Object.fromEntries(
      Object.entries(definitions).map(([key, row]) => [
        key,
        new SeriesTable(row, constant).registerWith(this.registry),
      ]),
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

  /** The text of /metrics, one metric at a time: that of ten thousand ports holds up nothing else meanwhile. */
  async render(): Promise<string> {
    const texts: string[] = [];
    for (const { name } of this.registry.getMetricsAsArray()) {
      texts.push(visibleMetrics(await this.registry.getSingleMetricAsString(name)));
      await turn();
    }
    return `${texts.join('\n\n')}\n`;
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
      this.#beginOutcomes({ ...portLabels(one), identity: 'own' }, outcomes);
    }
    for (const [key, { metric, port, labels }] of this.#counted) {
      if (!ports.has(port)) {
        this.#tables[metric].remove(labels);
        this.#counted.delete(key);
        const { component = '', instance = '', endpoint = '', identity = '' } = labels;
        this.#begun.delete(seriesKey({ component, instance, endpoint, identity }));
      }
    }
  }

  setCredentials(entries: readonly CredentialEntry[]): void {
    this.#reset('notAfter', 'notBefore', 'modifiedAt', 'certificateInfo', 'caInfo', 'pairMatched', 'credentialError');
    for (const { component, instance, facts } of entries) {
      const labels = placeLabels(component, instance);
      const [leaf, ...intermediates] = facts.chain ?? [];
      this.#setValidity({ ...labels, position: 'leaf' }, leaf === undefined ? [] : [leaf]);
      this.#setValidity({ ...labels, position: 'intermediate' }, intermediates);
      this.#setValidity({ ...labels, position: 'ca' }, facts.ca ?? []);
      if (facts.certModifiedAt !== undefined) {
        this.#tables.modifiedAt.set(labels, facts.certModifiedAt / 1000);
      }
      if (leaf !== undefined) {
        const { subject, issuer, serialNumber, fingerprint } = leaf;
        this.#tables.certificateInfo.set({ ...labels, subject, issuer, serial_number: serialNumber, fingerprint }, 1);
      }
      for (const { subject, fingerprint } of facts.ca ?? []) {
        this.#tables.caInfo.set({ ...labels, subject, fingerprint }, 1);
      }
      if (facts.keyMatches !== undefined) {
        this.#tables.pairMatched.set(labels, facts.keyMatches ? 1 : 0);
      }
      const present = new Set<string>(facts.errors.map(({ code }) => code));
      for (const reason of credentialReasons) {
        this.#tables.credentialError.set({ ...labels, reason }, present.has(reason) ? 1 : 0);
      }
    }
  }

  setObservations(entries: readonly EndpointObservation[]): void {
    this.#reset('servedNotAfter', 'servedNotBefore', 'endpointUp', 'probeSeconds');
    // A stranger's probe says nothing of whether the port is up.
    for (const entry of entries.filter(({ endpoint, observation }) => !isStranger(endpoint, observation.identity))) {
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
    const { identity, outcome, refusal } = observation;
    const labels = { ...portLabels({ instance, endpoint }), identity };
    this.#beginOutcomes(labels, isStranger(endpoint, identity) ? strangerOutcomes : outcomes);
    this.#count('probes', { ...labels, outcome }, 1);
    if (refusal !== undefined) {
      this.#count('refusals', { ...labels, reason: refusalReason(refusal) }, 1);
    }
  }

  /** `now` is when the checks ran. */
  setFindings(findings: readonly Finding[], now = new Date()): void {
    this.#reset('findingStatus', 'findings', 'caChanged', 'callerAdmitted', 'strangerRefused', 'servedMatchesFile');
    for (const { check, component, instance, endpoint = '', identity = '', status } of findings) {
      const labels = { check, ...placeLabels(component, instance), endpoint, identity };
      this.#tables.findingStatus.raise(labels, severity[status]);
    }
    for (const finding of findings) {
      const verdict = verdictOf(finding);
      if (verdict !== undefined) {
        this.#tables[verdict.metric].set(verdict.labels, verdict.value);
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

  recordNudge(kind: string): void {
    this.#tables.nudges.add({ kind }, 1);
  }

  recordFileChange(seenBy: 'event' | 'sweep'): void {
    this.#tables.fileChanges.add({ seen_by: seenBy }, 1);
  }

  recordProbeRefused(reason: ProbeRefusalReason): void {
    this.#tables.probeRequestsRefused.add({ reason }, 1);
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

  #setValidity(labels: Record<string, string>, certificates: readonly Certificate[]): void {
    const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
    if (first !== undefined) {
      this.#tables.notAfter.set(labels, seconds(first.notAfter));
      this.#tables.notBefore.set(labels, seconds(first.notBefore));
    }
  }

  #beginOutcomes(labels: Record<string, string>, each: readonly Outcome[]): void {
    const key = seriesKey(labels);
    if (this.#begun.has(key)) {
      return;
    }
    this.#begun.add(key);
    for (const outcome of each) {
      this.#count('probes', { ...labels, outcome }, 0);
    }
  }

  #count(metric: MetricKey, labels: Record<string, string>, by: number): void {
    const { component = '', instance = '', endpoint = '' } = labels;
    const port = seriesKey({ component, instance, endpoint });
    this.#counted.set(`${metric} ${seriesKey(labels)}`, { metric, port, labels });
    this.#tables[metric].add(labels, by);
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
