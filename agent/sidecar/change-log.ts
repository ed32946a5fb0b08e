import type { Logger } from 'pino';
import type { Finding } from '../../checks/finding.js';
import { isUnauthorizedClient } from '../../checks/unauthorized-client.js';
import type { NodeCredentialEntry } from '../collect/credential-entries.js';
import type { RecordedProbe } from '../collect/port-record.js';
import type { ChangeEvent, EventStore } from './event-store.js';
import { type FileChange, FileChanges } from './file-changes.js';
import { FindingChanges } from './finding-changes.js';
import { Flapping } from './flapping.js';
import type { TriggeredReload } from './reload-trigger.js';

/** Writes changes, and only changes, to the log and to the event store. */
export class ChangeLog {
  readonly #logger: Logger;
  readonly #history: EventStore;
  readonly #now: () => Date;
  readonly #files = new FileChanges();
  readonly #findings: FindingChanges;
  readonly #flapping: Flapping;

  constructor(logger: Logger, history: EventStore, now: () => Date) {
    this.#logger = logger;
    this.#history = history;
    this.#now = now;
    this.#findings = new FindingChanges(now);
    this.#flapping = new Flapping(now);
  }

  /** A first outcome is worth a line only where it is not the expected one. */
  observed({ entry, formerOutcome, formerServedAt }: RecordedProbe): void {
    const { outcome, detail, identity } = entry.observation;
    const expected = isUnauthorizedClient(entry.endpoint, identity) ? 'rejected' : 'accepted';
    if (formerOutcome !== outcome && (formerOutcome !== undefined || outcome !== expected)) {
      const { component, name: instance } = entry.instance;
      const endpoint = entry.endpoint.name;
      const key = [component, instance, endpoint, identity].join('|');
      const message = `${endpoint} as ${identity}: ${outcome}, ${detail}`;
      for (const event of this.#flapping.changed(key, this.#event('outcome', component, instance, message))) {
        this.#logger.info({ component, instance, endpoint, identity, outcome }, event.message);
        this.#history.add(event);
      }
    }
    if (formerServedAt !== undefined) {
      this.#served(entry, formerServedAt);
    }
  }

  #served({ instance, endpoint, observation }: RecordedProbe['entry'], formerAt: Date): void {
    const [leaf] = observation.peerChain;
    if (leaf !== undefined) {
      const notAfter = leaf.notAfter.toISOString();
      this.#history.add({
        at: observation.at.toISOString(),
        kind: 'served',
        component: instance.component,
        instance: instance.name,
        message: `${endpoint.name} serves another certificate: ${leaf.subject}, valid until ${notAfter}`,
        endpoint: endpoint.name,
        fingerprint: leaf.fingerprint,
        notAfter,
        formerAt: formerAt.toISOString(),
      });
    }
  }

  /** The findings of an evaluation, worst first. */
  evaluated(findings: readonly Finding[]): void {
    for (const event of this.#flapping.settled()) {
      this.#history.add(event);
    }
    for (const { worst, equallyBad } of this.#findings.update(findings)) {
      const { check, status, component, instance, endpoint, identity, message } = worst;
      const port = endpoint === undefined ? '' : ` ${endpoint}`;
      const key = [check, component, instance, endpoint, identity].join('|');
      const event = this.#event('finding', component, instance, `${check}${port}: ${status}, ${message}`);
      const recorded = this.#flapping.changed(key, event);
      for (const one of recorded) {
        this.#history.add(one);
      }
      // So that the log names each of several files that are missing.
      for (const finding of recorded.length === 0 ? [] : [worst, ...equallyBad]) {
        this.#log(finding);
      }
    }
  }

  #log({ check, status, component, instance, endpoint, identity, message, remediation }: Finding): void {
    const level = status === 'fail' ? 'error' : status === 'warn' ? 'warn' : 'info';
    this.#logger[level]({ check, status, component, instance, endpoint, identity, remediation }, message);
  }

  /** Since when a finding has had its status, as far back as this process knows. */
  since(finding: Finding): Date | undefined {
    return this.#findings.since(finding);
  }

  /** The credential files of the instances on this node as they were read last. */
  filesRead(entries: readonly NodeCredentialEntry[]): void {
    for (const change of this.#files.update(entries)) {
      this.#history.add(this.#rotation(change));
    }
  }

  #rotation({ entry, leaf, renewed }: FileChange): ChangeEvent {
    const { facts, instance } = entry;
    const now = this.#now();
    const notAfter = leaf?.notAfter.toISOString() ?? '';
    const what = leaf === undefined ? 'cannot be read' : `is ${leaf.subject}, valid until ${notAfter}`;
    const event = {
      at: now.toISOString(),
      kind: 'rotation',
      component: entry.component,
      instance,
      message: `files changed; ${facts.paths.cert} ${what}`,
    } as const;
    return renewed && leaf !== undefined
      ? {
          ...event,
          fingerprint: leaf.fingerprint,
          notAfter,
          changedAt: new Date(facts.certModifiedAt ?? now).toISOString(),
        }
      : event;
  }

  reloadTriggered({ instance, endpoint, kind, error }: TriggeredReload): void {
    const what =
      kind === 'touch' ? 'touched the certificate file' : 'touched the certificate file and made a failed handshake';
    const message = `${what} to make ${endpoint.name} reload its files${error === undefined ? '' : `: failed, ${error}`}`;
    const { component, name } = instance;
    this.#logger[error === undefined ? 'info' : 'warn'](
      { component, instance: name, endpoint: endpoint.name, error },
      message,
    );
    this.#add('trigger', component, name, message);
  }

  inventoryChanged(instances: number): void {
    this.#logger.info({ instances }, 'the inventory changed');
    this.#add('inventory', 'agent', 'agent', `the inventory changed: ${instances} instances`);
  }

  #add(kind: ChangeEvent['kind'], component: ChangeEvent['component'], instance: string, message: string): void {
    this.#history.add(this.#event(kind, component, instance, message));
  }

  #event(
    kind: ChangeEvent['kind'],
    component: ChangeEvent['component'],
    instance: string,
    message: string,
  ): ChangeEvent {
    return { at: this.#now().toISOString(), kind, component, instance, message };
  }
}
