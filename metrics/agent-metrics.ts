import { Counter, Gauge, Registry } from 'prom-client';
import { latestChains } from '../checks/certificate-validity.js';
import type { EndpointObservation } from '../checks/check.js';
import type { Finding, Status } from '../checks/finding.js';
import { isStranger } from '../checks/strangers-refused.js';
import { summarize } from '../checks/summary.js';
import type { Inventory } from '../cluster/inventory.js';
import { componentNames } from '../cluster/profile.js';
import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import { definitions, type MetricKey } from './definitions.js';
import { placeLabels, portLabels, seconds, seriesKey } from './labels.js';
import { credentialReasons, outcomes, type ProbeRefusalReason, probeRefusalReasons, refusalReason } from './reasons.js';

export interface CredentialEntry {
  readonly component: string;
  readonly instance: string;
  readonly facts: CredentialFacts;
}

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
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();
  /** Label sets of per-port counters: a counter cannot tell them, and ports leave the inventory. */
  readonly #counted = new Map<string, CountedSeries>();
  #inventory: Inventory | undefined;

  /** `agent` becomes a label of every series: several agents may see the same port. */
  constructor(agent?: string) {
    if (agent !== undefined) {
      this.registry.setDefaultLabels({ agent });
    }
    for (const { name, type, help, labels } of Object.values(definitions)) {
      const options = { name, help, labelNames: [...labels], registers: [this.registry] };
      if (type === 'gauge') {
        this.#gauges.set(name, new Gauge(options));
      } else {
        this.#counters.set(name, new Counter(options));
      }
    }
    for (const [metric, label, values] of countedFromStart) {
      for (const value of values) {
        this.#counter(metric).inc({ [label]: value }, 0);
      }
    }
    // No file is as good as a good one.
    this.recordWebConfig(true);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  setBuildInfo({ version, revision = '' }: { readonly version: string; readonly revision?: string }): void {
    this.#gauge('buildInfo').set({ version, revision, nodeversion: process.version }, 1);
  }

  /** Ports that left the inventory lose their counters; new ones begin at 0, so that a first failure is an increase. */
  setInventory(inventory: Inventory): void {
    const changed = inventory !== this.#inventory;
    this.#inventory = inventory;
    const ports = new Set<string>();
    for (const component of componentNames) {
      const instances = inventory.instances.filter((one) => one.component === component);
      const endpoints = instances.flatMap((instance) => instance.endpoints.map((endpoint) => ({ instance, endpoint })));
      this.#gauge('instances').set({ component }, instances.length);
      this.#gauge('endpoints').set({ component }, endpoints.length);
      for (const one of endpoints) {
        const labels = portLabels(one);
        ports.add(seriesKey(labels));
        if (changed) {
          this.#countOutcome({ ...labels, identity: 'own' }, undefined);
        }
      }
    }
    for (const [key, { metric, port, labels }] of this.#counted) {
      if (!ports.has(port)) {
        this.#counter(metric).remove(labels);
        this.#counted.delete(key);
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
        this.#gauge('modifiedAt').set(labels, facts.certModifiedAt / 1000);
      }
      if (leaf !== undefined) {
        const { subject, issuer, serialNumber, fingerprint } = leaf;
        this.#gauge('certificateInfo').set({ ...labels, subject, issuer, serial_number: serialNumber, fingerprint }, 1);
      }
      for (const { subject, fingerprint } of facts.ca ?? []) {
        this.#gauge('caInfo').set({ ...labels, subject, fingerprint }, 1);
      }
      if (facts.keyMatches !== undefined) {
        this.#gauge('pairMatched').set(labels, facts.keyMatches ? 1 : 0);
      }
      const present = new Set<string>(facts.errors.map(({ code }) => code));
      for (const reason of credentialReasons) {
        this.#gauge('credentialError').set({ ...labels, reason }, present.has(reason) ? 1 : 0);
      }
    }
  }

  setObservations(entries: readonly EndpointObservation[]): void {
    this.#reset('servedNotAfter', 'servedNotBefore', 'endpointUp', 'probeSeconds');
    // A stranger's probe says nothing of whether the port is up.
    for (const entry of entries.filter(({ endpoint, observation }) => !isStranger(endpoint, observation.identity))) {
      const labels = { ...portLabels(entry), identity: entry.observation.identity };
      this.#gauge('endpointUp').set(labels, entry.observation.outcome === 'accepted' ? 1 : 0);
      this.#gauge('probeSeconds').set(labels, entry.observation.durations.total);
    }
    for (const entry of latestChains(entries)) {
      const [leaf] = entry.observation.peerChain;
      if (leaf !== undefined) {
        this.#gauge('servedNotAfter').set(portLabels(entry), seconds(leaf.notAfter));
        this.#gauge('servedNotBefore').set(portLabels(entry), seconds(leaf.notBefore));
      }
    }
  }

  countProbe(entry: EndpointObservation): void {
    const { identity, outcome, refusal } = entry.observation;
    const labels = { ...portLabels(entry), identity };
    this.#countOutcome(labels, outcome);
    if (refusal !== undefined) {
      this.#count('refusals', { ...labels, reason: refusalReason(refusal) }, 1);
    }
  }

  /** `now` is when the checks ran. */
  setFindings(findings: readonly Finding[], now = new Date()): void {
    this.#reset('findingStatus', 'findings', 'caChanged', 'callerAdmitted', 'strangerRefused', 'servedMatchesFile');
    const worst = new Map<string, { readonly labels: Record<string, string>; value: number }>();
    for (const { check, component, instance, endpoint = '', identity = '', status } of findings) {
      const labels = { check, ...placeLabels(component, instance), endpoint, identity };
      const key = seriesKey(labels);
      worst.set(key, { labels, value: Math.max(worst.get(key)?.value ?? 0, severity[status]) });
    }
    for (const { labels, value } of worst.values()) {
      this.#gauge('findingStatus').set(labels, value);
    }
    for (const finding of findings) {
      this.#setVerdict(finding);
    }
    for (const [status, count] of Object.entries(summarize(findings))) {
      this.#gauge('findings').set({ status }, count);
    }
    this.#gauge('lastCheck').set(seconds(now));
  }

  /** The yes and no of three checks as metrics of their own; what was skipped is neither. */
  #setVerdict(finding: Finding): void {
    const { check, component, instance, endpoint, identity, status } = finding;
    const place = placeLabels(component, instance);
    const at = { ...place, endpoint: endpoint ?? '' };
    const holds = status === 'pass' ? 1 : 0;
    if (status === 'skip') {
      return;
    }
    if (check === 'ca-unchanged') {
      this.#gauge('caChanged').set(place, 1 - holds);
    } else if (check === 'served-matches-file') {
      this.#gauge('servedMatchesFile').set(at, holds);
    } else if (check === 'strangers-refused') {
      this.#gauge('strangerRefused').set({ ...at, identity: identity ?? '' }, refusedIn(finding) ? 1 : 0);
    } else if (check === 'caller-admitted') {
      this.#gauge('callerAdmitted').set({ ...at, identity: identity ?? '' }, holds);
    }
  }

  recordReload(outcome: 'success' | 'failure'): void {
    this.#counter('reloads').inc({ outcome });
  }

  /** Whether each identity is the pair on disk. */
  setIdentities(current: ReadonlyMap<string, boolean>): void {
    this.#reset('identityCurrent');
    for (const [identity, isCurrent] of current) {
      this.#gauge('identityCurrent').set({ identity }, isCurrent ? 1 : 0);
    }
  }

  recordNudge(kind: string): void {
    this.#counter('nudges').inc({ kind });
  }

  recordFileChange(seenBy: 'event' | 'sweep'): void {
    this.#counter('fileChanges').inc({ seen_by: seenBy });
  }

  recordProbeRefused(reason: ProbeRefusalReason): void {
    this.#counter('probeRequestsRefused').inc({ reason });
  }

  recordConfigReload(ok: boolean, now: Date): void {
    this.#gauge('configReloadOk').set(ok ? 1 : 0);
    if (ok) {
      this.#gauge('configReloadAt').set(seconds(now));
    }
  }

  recordWebConfig(ok: boolean): void {
    this.#gauge('webConfigReloadOk').set(ok ? 1 : 0);
  }

  #setValidity(labels: Record<string, string>, certificates: readonly Certificate[]): void {
    const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
    if (first !== undefined) {
      this.#gauge('notAfter').set(labels, seconds(first.notAfter));
      this.#gauge('notBefore').set(labels, seconds(first.notBefore));
    }
  }

  #countOutcome(labels: Record<string, string>, seen: string | undefined): void {
    for (const outcome of outcomes) {
      this.#count('probes', { ...labels, outcome }, outcome === seen ? 1 : 0);
    }
  }

  #count(metric: MetricKey, labels: Record<string, string>, by: number): void {
    const { component = '', instance = '', endpoint = '' } = labels;
    const port = seriesKey({ component, instance, endpoint });
    this.#counted.set(`${metric} ${seriesKey(labels)}`, { metric, port, labels });
    this.#counter(metric).inc(labels, by);
  }

  #reset(...names: MetricKey[]): void {
    for (const name of names) {
      this.#gauge(name).reset();
    }
  }

  #gauge(name: MetricKey): Gauge {
    return known(this.#gauges.get(definitions[name].name));
  }

  #counter(name: MetricKey): Counter {
    return known(this.#counters.get(definitions[name].name));
  }
}

function refusedIn({ evidence }: Finding): boolean {
  return evidence.outcome === 'refused';
}

function known<T>(metric: T | undefined): T {
  if (metric === undefined) {
    throw new TypeError('a metric is used as another type than its definition says');
  }
  return metric;
}
