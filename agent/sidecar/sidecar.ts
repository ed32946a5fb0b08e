import { setImmediate as turn } from 'node:timers/promises';
import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Observer } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { observeOnce } from '../collect/cycle.js';
import { messageOf } from '../config/error.js';
import { Journal } from './change-log.js';
import { Judging } from './evaluation.js';
import { FileWatcher, type SeenBy } from './file-watcher.js';
import type { SidecarOptions } from './options.js';
import { ObservationLog } from './probe-history.js';
import { Nudger } from './reload-trigger.js';
import { type Reloaded, Reloads } from './reloads.js';
import { createGeneration, type Generation, lookByTheClock } from './runtime.js';

/** Files that one line of the log names; a change of a whole cluster's Secret is many. */
const mostNamed = 20;

/** Keeps observing and judging; metrics and page read its state. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #watcher: FileWatcher;
  #generation: Generation;
  #findings: readonly Finding[] = [];
  #ready = false;
  /** The latest one whose first look came to its end. */
  #lookedAt: Generation | undefined;
  readonly #journal: Journal;
  readonly #nudger = new Nudger();
  readonly #stop = new AbortController();
  readonly #judging = new Judging({
    judge: () => this.#judge(),
    onError: (error) => this.#options.logger.error({ reason: messageOf(error) }, 'the evidence could not be judged'),
    signal: this.#stop.signal,
  });
  readonly #reloads: Reloads;
  readonly observationLog = new ObservationLog();

  private constructor(options: SidecarOptions, generation: Generation) {
    this.#options = options;
    this.#generation = generation;
    this.#journal = new Journal(options.logger, options.history, options.now);
    const take = (next: Generation) => {
      this.#replace(next);
      return this.#begin(next);
    };
    this.#reloads = new Reloads(options, () => this.observer, take, this.#stop.signal);
    this.#watcher = new FileWatcher({
      sweepInterval: options.sweepInterval,
      onChange: (seenBy, files) => this.#filesChanged(seenBy, files),
      onEvents: (working, error) => {
        options.metrics.setFileEvents(working);
        if (working) {
          options.logger.info('file events are watched for again');
        } else {
          options.logger.warn({ reason: messageOf(error) }, 'no file events can be had; the sweep alone sees changes');
        }
      },
      onError: (error) => options.logger.warn({ reason: messageOf(error) }, 'file watching failed; the sweep goes on'),
    });
  }

  /** Knows what should be, and has looked at nothing yet. */
  static async create(options: SidecarOptions): Promise<Sidecar> {
    const sidecar = new Sidecar(options, await createGeneration(options));
    options.metrics.recordConfigReload(true, options.now());
    return sidecar;
  }

  /** Looks at every port, and goes on with that; resolves after the first time, or when stopped. */
  async begin(): Promise<void> {
    await this.#begin(this.#generation);
  }

  get observer(): Observer {
    return this.#generation.observer;
  }

  findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Since when a finding has had its status; undefined for one that is not there now. */
  since(finding: Finding): Date | undefined {
    return this.#journal.since(finding);
  }

  /** True after the first look at every port. */
  ready(): boolean {
    return this.#ready;
  }

  /** Takes the configuration anew; on a bad one everything stays as it was. */
  reload(): Promise<Reloaded> {
    return this.#reloads.reload();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#generation.stop.abort();
    await this.#watcher.close();
  }

  #replace(next: Generation): void {
    this.#generation.stop.abort();
    this.#generation = next;
  }

  /** Looks for components that came or went, as long as this generation is the one in force. */
  #planRefresh(generation: Generation): void {
    const { observer, stop } = generation;
    if (stop.signal.aborted) {
      return;
    }
    const timer = setTimeout(() => {
      this.#refresh(generation).catch((error: unknown) => {
        this.#options.logger.error({ reason: messageOf(error) }, 'the cluster could not be looked at again');
        this.#planRefresh(generation);
      });
    }, observer.config.refresh);
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async #refresh(generation: Generation): Promise<void> {
    const observer = await generation.observer.refreshed();
    if (generation.stop.signal.aborted) {
      return;
    }
    if (observer !== undefined) {
      this.#journal.inventoryChanged(observer.inventory.instances.length);
      const next = { observer, stop: new AbortController() };
      this.#replace(next);
      await this.#begin(next);
      return;
    }
    if (this.#lookedAt !== generation) {
      await this.#watcher.watchFiles(generation.observer.files());
      await generation.observer.readCredentials();
      this.#lookedAt = generation;
      this.#judging.request('urgent');
    }
    this.#planRefresh(generation);
  }

  /** Goes on by the clock also where the first look fails; what that one did not read, the next refresh reads. */
  async #begin(generation: Generation): Promise<void> {
    try {
      await this.#lookAtAll(generation);
    } finally {
      lookByTheClock(generation, (entries) => {
        this.#observed(entries);
        this.#judging.request();
      });
      this.#planRefresh(generation);
    }
  }

  async #lookAtAll(generation: Generation): Promise<void> {
    const { observer, stop } = generation;
    this.observationLog.keep(observer.inventory.instances);
    this.#journal.keep(observer.inventory.instances);
    await this.#watcher.watchFiles(observer.files());
    await observeOnce(observer, stop.signal, (entries) => this.#observed(entries));
    if (stop.signal.aborted) {
      return;
    }
    await this.#judge();
    if (!this.#ready) {
      this.#options.logger.info('every port was looked at for the first time');
    }
    this.#ready = true;
    this.#lookedAt = generation;
  }

  #filesChanged(seenBy: SeenBy, files: readonly string[]): void {
    const { metrics, logger } = this.#options;
    metrics.recordFileChange(seenBy);
    logger.info({ seenBy, files: files.slice(0, mostNamed) }, 'a credential file changed');
    this.observer.readCredentials().then(
      () => this.#judging.request('urgent'),
      (error: unknown) => logger.error({ reason: messageOf(error) }, 'credential files could not be read again'),
    );
  }

  #observed(entries: readonly EndpointObservation[]): void {
    for (const entry of entries) {
      this.#options.metrics.countProbe(entry);
    }
    this.#journal.observed(entries);
    this.observationLog.add(entries);
  }

  async #judge(): Promise<void> {
    const { observer } = this.#generation;
    const { metrics } = this.#options;
    const findings = await observer.judgeInTurns();
    if (observer !== this.#generation.observer) {
      // Of what is no longer watched.
      return;
    }
    this.#findings = findings;
    this.#journal.filesRead(observer.credentials().credentials);
    this.#journal.judged(this.#findings);
    for (const tell of [
      () => metrics.setFindings(findings),
      () => metrics.setInventory(observer.inventory, observer.targets),
      () => metrics.setObservations(observer.observations()),
      () => metrics.setCredentials(credentialEntries(observer)),
      () => metrics.setIdentities(observer.identities.current()),
    ]) {
      tell();
      // Of a large cluster each takes its time, and probes go on meanwhile.
      await turn();
      if (observer !== this.#generation.observer) {
        return;
      }
    }
    if (observer.config.reload === 'nudge') {
      this.#nudge(observer).catch((error: unknown) =>
        this.#options.logger.error({ reason: messageOf(error) }, 'a port could not be nudged'),
      );
    }
  }

  async #nudge(observer: Observer): Promise<void> {
    for (const nudge of await this.#nudger.nudge(this.#findings, observer.evidence())) {
      this.#options.metrics.recordNudge(nudge.kind);
      this.#journal.nudged(nudge);
    }
  }
}
