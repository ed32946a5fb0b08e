import { Counter, Gauge, Registry } from 'prom-client';
import { latestChains } from '../checks/certificate-validity.js';
import type { EndpointObservation } from '../checks/check.js';
import type { Finding, Status } from '../checks/finding.js';
import { summarize } from '../checks/summary.js';
import type { Inventory } from '../cluster/inventory.js';
import { componentNames } from '../cluster/profile.js';
import type { Certificate } from '../credentials/certificate.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { Outcome } from '../probes/observation.js';
import { definitions } from './definitions.js';

export interface CredentialEntry {
  readonly component: string;
  readonly instance: string;
  readonly facts: CredentialFacts;
}

const outcomes: readonly Outcome[] = ['accepted', 'refused', 'unreachable', 'timeout', 'not-tls', 'inconclusive'];
const severity: Readonly<Record<Status, number>> = { pass: 0, skip: 1, warn: 2, fail: 3 };

/**
 * The agent's metrics over a registry of its own. Each `set` replaces all series of its metrics within one tick, so
 * that vanished things vanish and no scrape meets a gap.
 */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #gauges = new Map<string, Gauge>();
  readonly #counters = new Map<string, Counter>();

  constructor() {
    for (const { name, type, help, labels } of Object.values(definitions)) {
      const options = { name, help, labelNames: [...labels], registers: [this.registry] };
      if (type === 'gauge') {
        this.#gauges.set(name, new Gauge(options));
      } else {
        this.#counters.set(name, new Counter(options));
      }
    }
    for (const outcome of ['success', 'failure']) {
      this.#counter('reloads').inc({ outcome }, 0);
    }
    for (const seen_by of ['event', 'sweep']) {
      this.#counter('fileChanges').inc({ seen_by }, 0);
    }
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  setBuildInfo({ version }: { readonly version: string }): void {
    this.#gauge('buildInfo').set({ version, nodeversion: process.version }, 1);
  }

  setInventory({ instances }: Inventory): void {
    for (const component of componentNames) {
      this.#gauge('instances').set({ component }, instances.filter((one) => one.component === component).length);
    }
  }

  setCredentials(entries: readonly CredentialEntry[]): void {
    this.#reset('notAfter', 'notBefore', 'certificateInfo', 'caInfo', 'pairMatched', 'credentialError');
    for (const { component, instance, facts } of entries) {
      const labels = { component, instance };
      const [leaf, ...intermediates] = facts.chain ?? [];
      this.#setValidity({ ...labels, position: 'leaf' }, leaf === undefined ? [] : [leaf]);
      this.#setValidity({ ...labels, position: 'intermediate' }, intermediates);
      this.#setValidity({ ...labels, position: 'ca' }, facts.ca ?? []);
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
      for (const { code } of facts.errors) {
        this.#gauge('credentialError').set({ ...labels, reason: code }, 1);
      }
    }
  }

  setObservations(entries: readonly EndpointObservation[]): void {
    this.#reset('servedNotAfter', 'servedNotBefore', 'endpointUp', 'probeSeconds');
    for (const entry of entries) {
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
    for (const outcome of outcomes) {
      const labels = { ...portLabels(entry), identity: entry.observation.identity, outcome };
      this.#counter('probes').inc(labels, outcome === entry.observation.outcome ? 1 : 0);
    }
  }

  setFindings(findings: readonly Finding[]): void {
    this.#reset('findingStatus', 'findings');
    const worst = new Map<string, { readonly labels: Record<string, string>; value: number }>();
    for (const { check, component, instance, endpoint = '', identity = '', status } of findings) {
      const labels = { check, component, instance, endpoint, identity };
      const key = Object.values(labels).join('|');
      worst.set(key, { labels, value: Math.max(worst.get(key)?.value ?? 0, severity[status]) });
    }
    for (const { labels, value } of worst.values()) {
      this.#gauge('findingStatus').set(labels, value);
    }
    for (const [status, count] of Object.entries(summarize(findings))) {
      this.#gauge('findings').set({ status }, count);
    }
  }

  recordReload(outcome: 'success' | 'failure'): void {
    this.#counter('reloads').inc({ outcome });
  }

  recordFileChange(seenBy: 'event' | 'sweep'): void {
    this.#counter('fileChanges').inc({ seen_by: seenBy });
  }

  recordConfigReload(ok: boolean, now: Date): void {
    this.#gauge('configReloadOk').set(ok ? 1 : 0);
    if (ok) {
      this.#gauge('configReloadAt').set(seconds(now));
    }
  }

  #setValidity(labels: Record<string, string>, certificates: readonly Certificate[]): void {
    const [first] = [...certificates].sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
    if (first !== undefined) {
      this.#gauge('notAfter').set(labels, seconds(first.notAfter));
      this.#gauge('notBefore').set(labels, seconds(first.notBefore));
    }
  }

  #reset(...names: (keyof typeof definitions)[]): void {
    for (const name of names) {
      this.#gauge(name).reset();
    }
  }

  #gauge(name: keyof typeof definitions): Gauge {
    return known(this.#gauges.get(definitions[name].name));
  }

  #counter(name: keyof typeof definitions): Counter {
    return known(this.#counters.get(definitions[name].name));
  }
}

function known<T>(metric: T | undefined): T {
  if (metric === undefined) {
    throw new TypeError('a metric is used as another type than its definition says');
  }
  return metric;
}

function portLabels({ instance, endpoint }: EndpointObservation) {
  return { component: instance.component, instance: instance.name, endpoint: endpoint.name };
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}
