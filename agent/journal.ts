import type { Logger } from 'pino';
import type { EndpointObservation } from '../checks/check.js';
import type { Finding, Status } from '../checks/finding.js';
import { isStranger } from '../checks/strangers-refused.js';
import type { CredentialFacts } from '../credentials/facts.js';
import type { History, HistoryEvent } from './history.js';
import type { Nudge } from './nudge.js';
import { observationKey } from './observer.js';

/** Tells changes, and only changes, to the log and to the history. */
export class Journal {
  readonly #logger: Logger;
  readonly #history: History;
  readonly #now: () => Date;
  readonly #outcomes = new Map<string, string>();
  #verdicts: ReadonlyMap<string, Status> = new Map();
  #digests = new Map<string, string | undefined>();

  constructor(logger: Logger, history: History, now: () => Date) {
    this.#logger = logger;
    this.#history = history;
    this.#now = now;
  }

  observed(entries: readonly EndpointObservation[]): void {
    for (const entry of entries) {
      const { outcome, detail, identity } = entry.observation;
      const key = observationKey(entry);
      const known = this.#outcomes.get(key);
      this.#outcomes.set(key, outcome);
      const usual = isStranger(entry.endpoint, identity) ? 'refused' : 'accepted';
      if (known !== outcome && (known !== undefined || outcome !== usual)) {
        const { component, name: instance } = entry.instance;
        const endpoint = entry.endpoint.name;
        this.#logger.info({ component, instance, endpoint, identity, outcome }, detail);
        this.#add('outcome', component, instance, `${endpoint} as ${identity}: ${outcome}, ${detail}`);
      }
    }
  }

  judged(findings: readonly Finding[]): void {
    const before = this.#verdicts;
    // One check can say several things of one place: the worst, which comes first, is its verdict.
    const worst = new Map<string, Finding>();
    // What passes is of interest only where it did not before, and in a large cluster it is nearly everything.
    for (const finding of before.size === 0 ? findings.filter(({ status }) => status !== 'pass') : findings) {
      const key = findingKey(finding);
      if (!worst.has(key)) {
        worst.set(key, finding);
      }
    }
    this.#verdicts = new Map(
      [...worst].filter(([, { status }]) => status !== 'pass').map(([key, { status }]) => [key, status]),
    );
    for (const [key, finding] of worst) {
      const earlier = before.get(key) ?? 'pass';
      const { check, status, component, instance, endpoint, identity, message, cure } = finding;
      if (earlier === status || (status !== 'fail' && status !== 'warn' && earlier !== 'fail')) {
        continue;
      }
      const level = status === 'fail' ? 'error' : status === 'warn' ? 'warn' : 'info';
      this.#logger[level]({ check, status, component, instance, endpoint, identity, cure }, message);
      this.#add(
        'verdict',
        component,
        instance,
        `${check}${endpoint === undefined ? '' : ` ${endpoint}`}: ${status}, ${message}`,
      );
    }
  }

  /** `facts` by component and instance; the first call sets what later ones are compared with. */
  filesRead(facts: ReadonlyMap<string, CredentialFacts>): void {
    for (const [key, { pairDigest, caDigest, chain, paths }] of facts) {
      const [component = '', instance = ''] = key.split('/');
      const now = `${pairDigest} ${caDigest}`;
      const before = this.#digests.get(key);
      this.#digests.set(key, now);
      if (before !== undefined && before !== now) {
        const leaf = chain?.[0];
        const what = leaf === undefined ? 'cannot be read' : `is ${leaf.subject}, until ${leaf.notAfter.toISOString()}`;
        this.#add('rotation', component as HistoryEvent['component'], instance, `files changed; ${paths.cert} ${what}`);
      }
    }
  }

  nudged({ instance, endpoint, kind, error }: Nudge): void {
    const what = kind === 'touch' ? 'touched the certificate file' : 'made a failed handshake';
    const message = `${what} so that ${endpoint.name} reads its files${error === undefined ? '' : `: failed, ${error}`}`;
    const { component, name } = instance;
    this.#logger[error === undefined ? 'info' : 'warn'](
      { component, instance: name, endpoint: endpoint.name, error },
      message,
    );
    this.#add('nudge', component, name, message);
  }

  inventoryChanged(instances: number): void {
    this.#logger.info({ instances }, 'what is known of the cluster changed');
    this.#add('inventory', 'agent', 'agent', `what is known of the cluster changed: ${instances} instances`);
  }

  #add(kind: HistoryEvent['kind'], component: HistoryEvent['component'], instance: string, message: string): void {
    this.#history.add({ at: this.#now().toISOString(), kind, component, instance, message });
  }
}

function findingKey(finding: Finding): string {
  return [finding.check, finding.component, finding.instance, finding.endpoint, finding.identity].join('|');
}
