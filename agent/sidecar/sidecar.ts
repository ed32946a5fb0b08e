import { setImmediate as turn } from 'node:timers/promises';
import type { EndpointObservation } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import { errorMessage } from '../../credentials/error-text.js';
import type { Collector } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { observeOnce } from '../collect/cycle.js';
import { ChangeLog } from './change-log.js';
import { CheckFailures } from './check-failures.js';
import { Evaluation } from './evaluation.js';
import { type DetectedBy, FileWatcher } from './file-watcher.js';
import type { SidecarOptions } from './options.js';
import { ProbeHistory } from './probe-history.js';
import { ReloadTrigger } from './reload-trigger.js';
import { type Reloaded, Reloads } from './reloads.js';
import { createRuntime, probeOnSchedule, type Runtime } from './runtime.js';

/** Files that one line of the log names; a change of a whole cluster's Secret is many. */
const mostNamed = 20;

/** Keeps observing and judging; metrics and page read its state. */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #watcher: FileWatcher;
  #runtime: Runtime;
  #findings: readonly Finding[] = [];
  #ready = false;
  /** The latest one whose first look came to its end. */
  #probedAll: Runtime | undefined;
  readonly #changeLog: ChangeLog;
  readonly #checkFailures: CheckFailures;
  readonly #reloadTrigger = new ReloadTrigger();
  readonly #stop = new AbortController();
  readonly #evaluation = new Evaluation({
    evaluate: () => this.#evaluate(),
    onError: (error) => this.#options.logger.error({ reason: errorMessage(error) }, 'the evidence could not be judged'),
    signal: this.#stop.signal,
  });
  readonly #reloads: Reloads;
  readonly probeHistory = new ProbeHistory();

  private constructor(options: SidecarOptions, runtime: Runtime) {
    this.#options = options;
    this.#runtime = runtime;
    this.#changeLog = new ChangeLog(options.logger, options.history, options.now);
    this.#checkFailures = new CheckFailures((check, exception) =>
      options.logger.error({ check, exception }, 'a check itself failed; its result is inconclusive'),
    );
    const take = (next: Runtime) => {
      this.#replace(next);
      return this.#begin(next);
    };
    this.#reloads = new Reloads(options, () => this.collector, take, this.#stop.signal);
    this.#watcher = new FileWatcher({
      sweepInterval: options.sweepInterval,
      onChange: (detectedBy, files) => this.#filesChanged(detectedBy, files),
      onEvents: (working, error) => {
        options.metrics.setFileEvents(working);
        if (working) {
          options.logger.info('file events are watched for again');
        } else {
          options.logger.warn(
            { reason: errorMessage(error) },
            'no file events can be had; the sweep alone sees changes',
          );
        }
      },
      onError: (error) =>
        options.logger.warn({ reason: errorMessage(error) }, 'file watching failed; the sweep goes on'),
    });
  }

  /** Knows what should be, and has looked at nothing yet. */
  static async create(options: SidecarOptions): Promise<Sidecar> {
    const sidecar = new Sidecar(options, await createRuntime(options));
    options.metrics.recordConfigReload(true, options.now());
    return sidecar;
  }

  /** Looks at every port, and goes on with that; resolves after the first time, or when stopped. */
  async begin(): Promise<void> {
    await this.#begin(this.#runtime);
  }

  get collector(): Collector {
    return this.#runtime.collector;
  }

  findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Since when a finding has had its status; undefined for one that is not there now. */
  since(finding: Finding): Date | undefined {
    return this.#changeLog.since(finding);
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
    this.#runtime.stop.abort();
    await this.#watcher.close();
  }

  #replace(next: Runtime): void {
    this.#runtime.stop.abort();
    this.#runtime = next;
  }

  /** Looks for components that came or went, as long as this generation is the one in force. */
  #planRefresh(runtime: Runtime): void {
    const { collector, stop } = runtime;
    if (stop.signal.aborted) {
      return;
    }
    const timer = setTimeout(() => {
      this.#refresh(runtime).catch((error: unknown) => {
        this.#options.logger.error({ reason: errorMessage(error) }, 'the cluster could not be looked at again');
        this.#planRefresh(runtime);
      });
    }, collector.config.refresh);
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  async #refresh(runtime: Runtime): Promise<void> {
    const collector = await runtime.collector.refreshed();
    if (runtime.stop.signal.aborted) {
      return;
    }
    if (collector !== undefined) {
      this.#changeLog.inventoryChanged(collector.inventory.instances.length);
      const next = { collector, stop: new AbortController() };
      this.#replace(next);
      await this.#begin(next);
      return;
    }
    if (this.#probedAll !== runtime) {
      await this.#watcher.watchFiles(runtime.collector.files());
      await runtime.collector.readCredentials();
      this.#probedAll = runtime;
      this.#evaluation.request('urgent');
    }
    this.#planRefresh(runtime);
  }

  /** Goes on by the clock also where the first look fails; what that one did not read, the next refresh reads. */
  async #begin(runtime: Runtime): Promise<void> {
    try {
      await this.#probeAll(runtime);
    } finally {
      probeOnSchedule(runtime, (entries) => {
        this.#observed(entries);
        this.#evaluation.request();
      });
      this.#planRefresh(runtime);
    }
  }

  async #probeAll(runtime: Runtime): Promise<void> {
    const { collector, stop } = runtime;
    this.probeHistory.keep(collector.inventory.instances);
    this.#changeLog.keep(collector.inventory.instances);
    await this.#watcher.watchFiles(collector.files());
    await observeOnce(collector, stop.signal, (entries) => this.#observed(entries));
    if (stop.signal.aborted) {
      return;
    }
    await this.#evaluate();
    if (!this.#ready) {
      this.#options.logger.info('every port was looked at for the first time');
    }
    this.#ready = true;
    this.#probedAll = runtime;
  }

  #filesChanged(detectedBy: DetectedBy, files: readonly string[]): void {
    const { metrics, logger } = this.#options;
    metrics.recordFileChange(detectedBy);
    logger.info({ detectedBy, files: files.slice(0, mostNamed) }, 'a credential file changed');
    this.collector.readCredentials().then(
      () => this.#evaluation.request('urgent'),
      (error: unknown) => logger.error({ reason: errorMessage(error) }, 'credential files could not be read again'),
    );
  }

  #observed(entries: readonly EndpointObservation[]): void {
    for (const entry of entries) {
      this.#options.metrics.countProbe(entry);
    }
    this.#changeLog.observed(entries);
    this.probeHistory.add(entries);
  }

  async #evaluate(): Promise<void> {
    const { collector } = this.#runtime;
    const { metrics } = this.#options;
    const findings = await collector.evaluateInTurns();
    if (collector !== this.#runtime.collector) {
      // Of what is no longer watched.
      return;
    }
    this.#findings = findings;
    this.#checkFailures.found(findings);
    this.#changeLog.filesRead(collector.credentials().credentials);
    this.#changeLog.evaluated(this.#findings);
    for (const tell of [
      () => metrics.setFindings(findings),
      () => metrics.setInventory(collector.inventory, collector.targets),
      () => metrics.setObservations(collector.observations()),
      () => metrics.setCredentials(credentialEntries(collector)),
      () => metrics.setIdentities(collector.identities.current()),
    ]) {
      try {
        tell();
      } catch (error: unknown) {
        this.#options.logger.error({ reason: errorMessage(error) }, 'some metrics keep their former values');
      }
      // Of a large cluster each takes its time, and probes go on meanwhile.
      await turn();
      if (collector !== this.#runtime.collector) {
        return;
      }
    }
    if (collector.config.reload === 'trigger') {
      this.#trigger(collector).catch((error: unknown) =>
        this.#options.logger.error({ reason: errorMessage(error) }, 'a port could not be nudged'),
      );
    }
  }

  async #trigger(collector: Collector): Promise<void> {
    for (const trigger of await this.#reloadTrigger.trigger(this.#findings, collector.evidence())) {
      this.#options.metrics.recordReloadTrigger(trigger.kind);
      this.#changeLog.reloadTriggered(trigger);
    }
  }
}
