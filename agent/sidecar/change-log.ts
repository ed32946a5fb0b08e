import type { Logger } from 'pino';
import { credentialKey, type EndpointObservation, portKey } from '../../checks/check.js';
import type { Finding, Status } from '../../checks/finding.js';
import { isUnauthorizedClient } from '../../checks/rejects-unauthorized.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { IdentityName, Outcome } from '../../probes/observation.js';
import type { ChangeEvent, EventStore } from './event-store.js';
import type { TriggeredReload } from './reload-trigger.js';

/** Ports of instances that are gone, and still known. */
const mostGone = 1_000;

/** Tells changes, and only changes, to the log and to the history. */
export class ChangeLog {
  readonly #logger: Logger;
  readonly #history: EventStore;
  readonly #now: () => Date;
  /** Of each identity at each port. */
  readonly #outcomes = new Map<string, Map<IdentityName, Outcome>>();
  #results: ReadonlyMap<string, Status> = new Map();
  #since = new Map<string, Date>();
  readonly #files = new Map<string, { readonly digest: string; readonly fingerprint: string | undefined }>();
  readonly #served = new Map<string, { readonly fingerprint: string; readonly at: Date }>();

  constructor(logger: Logger, history: EventStore, now: () => Date) {
    this.#logger = logger;
    this.#history = history;
    this.#now = now;
  }

  observed(entries: readonly EndpointObservation[]): void {
    for (const entry of entries) {
      const { outcome, detail, identity } = entry.observation;
      const known = this.#knownOutcome(entry);
      const usual = isUnauthorizedClient(entry.endpoint, identity) ? 'rejected' : 'accepted';
      if (known !== outcome && (known !== undefined || outcome !== usual)) {
        const { component, name: instance } = entry.instance;
        const endpoint = entry.endpoint.name;
        this.#logger.info({ component, instance, endpoint, identity, outcome }, detail);
        this.#add('outcome', component, instance, `${endpoint} as ${identity}: ${outcome}, ${detail}`);
      }
      this.#sawServed(entry);
    }
  }

  /** The outcome of the look before this one, which takes its place. */
  #knownOutcome({ instance, endpoint, observation: { identity, outcome } }: EndpointObservation): Outcome | undefined {
    const key = portKey(instance, endpoint);
    const outcomes = this.#outcomes.get(key) ?? new Map<IdentityName, Outcome>();
    const known = outcomes.get(identity);
    this.#outcomes.set(key, outcomes.set(identity, outcome));
    return known;
  }

  #sawServed({ instance, endpoint, observation }: EndpointObservation): void {
    const [leaf] = observation.peerChain;
    if (leaf === undefined) {
      return;
    }
    const key = portKey(instance, endpoint);
    const known = this.#served.get(key);
    this.#served.set(key, { fingerprint: leaf.fingerprint, at: observation.at });
    if (known !== undefined && known.fingerprint !== leaf.fingerprint) {
      const notAfter = leaf.notAfter.toISOString();
      this.#history.add({
        at: observation.at.toISOString(),
        kind: 'served',
        component: instance.component,
        instance: instance.name,
        message: `${endpoint.name} serves another certificate: ${leaf.subject}, until ${notAfter}`,
        endpoint: endpoint.name,
        fingerprint: leaf.fingerprint,
        notAfter,
        formerAt: known.at.toISOString(),
      });
    }
  }

  evaluated(findings: readonly Finding[]): void {
    const before = this.#results;
    // One check can say several things of one place: the worst, which comes first, is its verdict.
    const worst = new Map<string, Finding>();
    // What is as bad there, so that the log names each of several files that are missing.
    const asBad = new Map<string, readonly Finding[]>();
    // What passes is of interest only where it did not before, and in a large cluster it is nearly everything.
    for (const finding of before.size === 0 ? findings.filter(({ status }) => status !== 'pass') : findings) {
      const key = findingKey(finding);
      const first = worst.get(key);
      if (first === undefined) {
        worst.set(key, finding);
      } else if (finding.status !== 'pass' && finding.status === first.status) {
        asBad.set(key, [...(asBad.get(key) ?? []), finding]);
      }
    }
    this.#results = new Map(
      [...worst].filter(([, { status }]) => status !== 'pass').map(([key, { status }]) => [key, status]),
    );
    const since = this.#since;
    this.#since = new Map(
      findings
        .filter(({ status }) => status !== 'pass')
        .map((finding) => [ageKey(finding), since.get(ageKey(finding)) ?? this.#now()] as const),
    );
    for (const [key, finding] of worst) {
      const earlier = before.get(key) ?? 'pass';
      const { check, status, component, instance, endpoint, message } = finding;
      if (earlier === status || (status !== 'fail' && status !== 'warn' && earlier !== 'fail')) {
        continue;
      }
      for (const one of [finding, ...(asBad.get(key) ?? [])]) {
        this.#tell(one);
      }
      this.#add(
        'finding',
        component,
        instance,
        `${check}${endpoint === undefined ? '' : ` ${endpoint}`}: ${status}, ${message}`,
      );
    }
  }

  #tell({ check, status, component, instance, endpoint, identity, message, remediation }: Finding): void {
    const level = status === 'fail' ? 'error' : status === 'warn' ? 'warn' : 'info';
    this.#logger[level]({ check, status, component, instance, endpoint, identity, remediation }, message);
  }

  /** Since when a finding has had its status, as far back as this process knows. */
  since(finding: Finding): Date | undefined {
    return this.#since.get(ageKey(finding));
  }

  /** `facts` by component and instance; the first call sets what later ones are compared with. */
  filesRead(facts: ReadonlyMap<string, CredentialFacts>): void {
    for (const [key, { pairDigest, caDigest, chain, certModifiedAt, paths }] of facts) {
      const [component = '', ...name] = key.split('/');
      const digest = `${pairDigest} ${caDigest}`;
      const leaf = chain?.[0];
      const before = this.#files.get(key);
      // A file that cannot be read for a moment does not make the certificate a new one.
      this.#files.set(key, { digest, fingerprint: leaf?.fingerprint ?? before?.fingerprint });
      if (before === undefined || before.digest === digest) {
        continue;
      }
      const what = leaf === undefined ? 'cannot be read' : `is ${leaf.subject}, until ${leaf.notAfter.toISOString()}`;
      const renewed = leaf !== undefined && leaf.fingerprint !== before.fingerprint;
      this.#history.add({
        at: this.#now().toISOString(),
        kind: 'rotation',
        component: component as ChangeEvent['component'],
        instance: name.join('/'),
        message: `files changed; ${paths.cert} ${what}`,
        ...(renewed
          ? {
              fingerprint: leaf.fingerprint,
              notAfter: leaf.notAfter.toISOString(),
              changedAt: new Date(certModifiedAt ?? this.#now()).toISOString(),
            }
          : {}),
      });
    }
  }

  reloadTriggered({ instance, endpoint, kind, error }: TriggeredReload): void {
    const what =
      kind === 'touch' ? 'touched the certificate file' : 'touched the certificate file and made a failed handshake';
    const message = `${what} so that ${endpoint.name} reads its files${error === undefined ? '' : `: failed, ${error}`}`;
    const { component, name } = instance;
    this.#logger[error === undefined ? 'info' : 'warn'](
      { component, instance: name, endpoint: endpoint.name, error },
      message,
    );
    this.#add('trigger', component, name, message);
  }

  /**
   * Forgets instances that are gone once they are many: where addresses come and go they would fill the memory, and one that is
   * gone for a moment is not to be told anew.
   */
  keep(instances: readonly Instance[]): void {
    const known = new Set(
      instances.flatMap((instance) => [
        credentialKey(instance),
        ...instance.endpoints.map((endpoint) => portKey(instance, endpoint)),
      ]),
    );
    for (const map of [this.#outcomes, this.#served, this.#files]) {
      const gone = [...map.keys()].filter((key) => !known.has(key));
      for (const key of gone.length > mostGone ? gone : []) {
        map.delete(key);
      }
    }
  }

  inventoryChanged(instances: number): void {
    this.#logger.info({ instances }, 'what is known of the cluster changed');
    this.#add('inventory', 'agent', 'agent', `what is known of the cluster changed: ${instances} instances`);
  }

  #add(kind: ChangeEvent['kind'], component: ChangeEvent['component'], instance: string, message: string): void {
    this.#history.add({ at: this.#now().toISOString(), kind, component, instance, message });
  }
}

function findingKey(finding: Finding): string {
  return [finding.check, finding.component, finding.instance, finding.endpoint, finding.identity].join('|');
}

function ageKey(finding: Finding): string {
  return `${findingKey(finding)}|${finding.status}`;
}
