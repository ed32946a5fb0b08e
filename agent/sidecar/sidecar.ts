import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Incident } from '../../checks/causes/cause.js';
import type { Finding } from '../../checks/finding.js';
import { errorMessage } from '../../credentials/error-text.js';
import type { Collector } from '../collect/collector.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { observeOnce } from '../collect/cycle.js';
import { ChangeLog } from './change-log.js';
import { CheckFailures } from './check-failures.js';
import { ConfigReloads, type Reloaded } from './config-reloads.js';
import { Evaluation, type Turn } from './evaluation.js';
import type { FileWatcher } from './file-watcher.js';
import type { SidecarOptions } from './options.js';
import { probeOnSchedule } from './probe-schedule.js';
import { publish } from './publish.js';
import { refreshRepeatedly } from './refresh.js';
import { ReloadTrigger } from './reload-trigger.js';
import { createRuntime, type Runtime } from './runtime.js';
import { createFileWatcher } from './watched-files.js';

/**
 * What `run` keeps running: probes on schedule, file watching, refreshes and evaluations of one runtime after the other.
 * Metrics, page and API read its state.
 */
export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #changeLog: ChangeLog;
  readonly #checkFailures: CheckFailures;
  readonly #watcher: FileWatcher;
  readonly #configReloads: ConfigReloads;
  readonly #evaluation: Evaluation;
  readonly #reloadTrigger = new ReloadTrigger();
  readonly #stop = new AbortController();
  #runtime: Runtime;
  #findings: readonly Finding[] = [];
  #incidents: readonly Incident[] = [];
  #incidentsSince: ReadonlyMap<string, Date> = new Map();
  #ready = false;
  /** The latest runtime whose first cycle is complete. */
  #complete: Runtime | undefined;

  private constructor(options: SidecarOptions, runtime: Runtime) {
    const { logger, history, now, metrics } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#changeLog = new ChangeLog(logger, history, now);
    this.#checkFailures = new CheckFailures((check, exception) =>
      logger.error({ check, exception }, 'a check itself failed; its result is inconclusive'),
    );
    runtime.collector.store.subscribe((recorded) => {
      metrics.countProbe(recorded.entry);
      this.#changeLog.observed(recorded);
    });
    this.#evaluation = new Evaluation({
      evaluate: (turn) => this.#evaluate(this.#runtime, turn),
      onError: (error) => logger.error({ reason: errorMessage(error) }, 'the checks could not be run'),
      signal: this.#stop.signal,
    });
    const current = () => this.collector;
    this.#configReloads = new ConfigReloads(options, current, (next) => this.#replace(next), this.#stop.signal);
    this.#watcher = createFileWatcher(options, runtime.collector.repository, async () => {
      await this.collector.readCredentials();
      this.#evaluation.request('urgent');
    });
  }

  /** Reads configuration and inventory; nothing is probed before `begin`. */
  static async create(options: SidecarOptions): Promise<Sidecar> {
    const sidecar = new Sidecar(options, await createRuntime(options));
    options.metrics.recordConfigReload(true, options.now());
    return sidecar;
  }

  /** Resolves after the first cycle, or when stopped; probes go on by schedule. */
  async begin(): Promise<void> {
    await this.#begin(this.#runtime);
  }

  get collector(): Collector {
    return this.#runtime.collector;
  }

  findings(): readonly Finding[] {
    return this.#findings;
  }

  incidents(): readonly Incident[] {
    return this.#incidents;
  }

  /** Since when this process knows of the incident with this id. */
  incidentSince(id: string): Date | undefined {
    return this.#incidentsSince.get(id);
  }

  /** Since when a finding has had its status; undefined for one that is not among the present findings. */
  since(finding: Finding): Date | undefined {
    return this.#changeLog.since(finding);
  }

  /** True after the first cycle. */
  ready(): boolean {
    return this.#ready;
  }

  /** True while findings and metrics are older than they may be. */
  isStuck(): boolean {
    return this.#evaluation.isStuck();
  }

  /** Reads the configuration again; a bad one changes nothing. */
  reload(): Promise<Reloaded> {
    return this.#configReloads.reload();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#runtime.stop.abort();
    await this.#watcher.close();
  }

  async #replace(next: Runtime): Promise<void> {
    this.#runtime.stop.abort();
    this.#runtime = next;
    await this.#begin(next);
  }

  /** Probes go on by schedule also where the first cycle fails; the next refresh makes up for what that one did not read. */
  async #begin(runtime: Runtime): Promise<void> {
    try {
      await this.#firstCycle(runtime);
    } finally {
      probeOnSchedule(runtime, {
        onProbed: () => this.#evaluation.request(),
        onError: (error) => this.#options.logger.error({ reason: errorMessage(error) }, 'a port could not be probed'),
      });
      void refreshRepeatedly(runtime, this.#options, {
        onChanged: async (next) => {
          this.#changeLog.inventoryChanged(next.collector.inventory.instances.length);
          await this.#replace(next);
        },
        onUnchanged: async () => {
          await this.#completeFirstCycle(runtime);
          if (runtime.collector.readProcessStarts()) {
            this.#evaluation.request('urgent');
          }
        },
      });
    }
  }

  async #firstCycle(runtime: Runtime): Promise<void> {
    const { collector, stop } = runtime;
    await this.#watcher.watchFiles(collector.files());
    // A runtime that is replaced again before its cycle ends must not keep results from being published.
    await observeOnce(collector, stop.signal, () => this.#ready && this.#evaluation.request());
    if (stop.signal.aborted) {
      return;
    }
    await this.#evaluate(runtime);
    if (!this.#ready) {
      this.#options.logger.info('every port was probed for the first time');
    }
    this.#ready = true;
    this.#complete = runtime;
  }

  /** Reads what a first cycle that failed did not. */
  async #completeFirstCycle(runtime: Runtime): Promise<void> {
    if (this.#complete !== runtime) {
      await this.#watcher.watchFiles(runtime.collector.files());
      await runtime.collector.readCredentials();
      this.#complete = runtime;
      this.#evaluation.request('urgent');
    }
  }

  async #evaluate({ collector, stop: { signal } }: Runtime, turn: Turn = nextTurn): Promise<void> {
    const { findings, incidents } = await collector.evaluateInTurns(turn);
    if (signal.aborted) {
      // The runtime was replaced meanwhile.
      return;
    }
    this.#findings = findings;
    this.#incidents = incidents;
    const known = this.#incidentsSince;
    this.#incidentsSince = new Map(incidents.map(({ id }) => [id, known.get(id) ?? this.#options.now()]));
    this.#changeLog.filesRead(credentialEntries(collector).filter(({ component }) => component !== 'agent'));
    this.#changeLog.evaluated(findings);
    this.#checkFailures.found(findings);
    await publish(this.#options, collector, { findings, incidents }, { signal, turn });
    if (collector.config.reload === 'trigger' && !signal.aborted) {
      this.#triggerReloads(collector, findings, signal).catch((error: unknown) =>
        this.#options.logger.error({ reason: errorMessage(error) }, 'a reload could not be triggered'),
      );
    }
  }

  async #triggerReloads(collector: Collector, findings: readonly Finding[], signal: AbortSignal): Promise<void> {
    for (const triggered of await this.#reloadTrigger.trigger(findings, collector, signal)) {
      if (triggered.error === undefined) {
        this.#options.metrics.recordReloadTrigger(triggered.kind);
      }
      this.#changeLog.reloadTriggered(triggered);
    }
  }
}
