import { isDeepStrictEqual } from 'node:util';
import { withAcceptances } from '../../checks/accepted.js';
import type { Incident } from '../../checks/causes/cause.js';
import { incidentsOf } from '../../checks/causes/incidents.js';
import { credentialKey, type EndpointObservation, type Evidence, portsOf } from '../../checks/check.js';
import { whyNotConnected } from '../../checks/files-fault.js';
import type { Finding } from '../../checks/finding.js';
import { runChecks, runChecksInTurns, worstFirst } from '../../checks/run-checks.js';
import type { Discovery } from '../../cluster/discovery/discover.js';
import type { Address } from '../../cluster/inventory/address.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import type { ReloadEvent } from '../../credentials/credential-store.js';
import { exceptionText } from '../../credentials/error-text.js';
import type { CredentialPaths } from '../../credentials/paths.js';
import { CredentialRepository } from '../../credentials/repository.js';
import type { IdentityName } from '../../probes/observation.js';
import type { AgentConfig } from '../config/agent-config.js';
import { hasDescriptors } from '../process/descriptors.js';
import { AuthorizedProbes } from './authorized-probes.js';
import { Baselines } from './ca-baselines.js';
import { Identities } from './identities.js';
import { type Loaded, loadInventory, type Shared } from './load-inventory.js';
import {
  credentialFiles,
  localInstances,
  type NodeCredentials,
  readNodeCredentials,
  unread,
} from './local-credentials.js';
import { getsNoNegativeProbe, NegativeProbes } from './negative-probes.js';
import { ObservationStore } from './observation-store.js';
import { PortAccess } from './port-access.js';
import { PortLocks } from './port-locks.js';
import { type Retention, reconfigured, sameConfiguration, withoutNegativeProbe } from './retention.js';
import { isHandshakeStale } from './stale-handshake.js';
import { negativeTargetsOf, type Target, targetsOf } from './targets.js';
import { isMadeInMemory, UnauthorizedClients } from './unauthorized-clients.js';

export interface CollectorOptions {
  readonly now: () => Date;
  /** Called when the certificate and key of an identity were read again, or could not be; `certificate` is the path. */
  readonly onReload: (event: ReloadEvent, certificate: string) => void;
  /** Called when the code of a probe itself threw: that port has no new result, and the others go on. */
  readonly onProbeFailure?: (target: Target, exception: string) => void;
}

/** The collector that this one follows: for a changed inventory, or for another configuration. */
interface Former {
  readonly collector: Collector | undefined;
  readonly reason: 'inventory' | 'configuration';
}

/** Gathers the evidence of one configuration and one inventory: `check` uses it once, `run` until it is replaced. */
export class Collector {
  readonly config: AgentConfig;
  readonly inventory: Inventory;
  readonly targets: readonly Target[];
  readonly negativeTargets: readonly Target[];
  readonly identities: Identities;
  readonly store: ObservationStore;
  readonly access: PortAccess;
  /** Every reader of this node's credential files asks it. */
  readonly repository: CredentialRepository;
  readonly #options: CollectorOptions;
  readonly #discovery: Discovery | undefined;
  readonly #baselines: Baselines;
  readonly #configuredAt: Date;
  readonly #authorizedProbes: AuthorizedProbes;
  readonly #negativeProbes: NegativeProbes;
  readonly #unauthorizedClients: UnauthorizedClients;
  /** The processes that stopped answering at negative probes. */
  readonly #fallen: Set<string>;
  #credentials: NodeCredentials = unread;
  #reading: Promise<void> = Promise.resolve();

  private constructor(
    config: AgentConfig,
    options: CollectorOptions,
    { inventory, discovery }: Loaded,
    { collector: former, reason }: Former,
    { repository, locks }: Shared,
  ) {
    const { instances } = inventory;
    this.config = config;
    this.inventory = inventory;
    this.#options = options;
    this.#discovery = discovery;
    this.repository = repository;
    this.targets = targetsOf(inventory, { scope: config.scope, peers: config.probe.peers });
    this.negativeTargets = negativeTargetsOf(inventory, config.scope);
    const refreshed = reason === 'inventory' ? former : undefined;
    const baselines = refreshed === undefined ? undefined : refreshed.#baselines;
    const { onReload, now } = options;
    this.#configuredAt = refreshed === undefined ? now() : refreshed.#configuredAt;
    this.identities = new Identities(config.security, instances, { onReload, repository }, refreshed?.identities);
    this.#baselines = new Baselines(repository, baselines, new Set(instances.map(credentialKey)));
    this.#fallen = former === undefined ? new Set() : former.#fallen;
    const retention =
      former === undefined || reason === 'inventory' ? sameConfiguration(instances) : this.#retentionAfter(former);
    this.store = former?.store.successor(instances, retention) ?? new ObservationStore();
    const sameClients = isDeepStrictEqual(config.wrongName, former?.config.wrongName);
    this.#unauthorizedClients =
      former !== undefined && sameClients ? former.#unauthorizedClients : new UnauthorizedClients(config.wrongName);
    this.access = new PortAccess({ locks, repository, now });
    const { timeout, resumption } = config.probe;
    const shared = { identities: this.identities, access: this.access, store: this.store, timeout };
    this.#authorizedProbes = new AuthorizedProbes(shared);
    this.#negativeProbes = new NegativeProbes({
      ...shared,
      unauthorizedClients: this.#unauthorizedClients,
      resumption,
      probeAgain: (target, signal) => this.#authorizedProbes.probe(target, signal),
      fallen: this.#fallen,
    });
  }

  /** `current` is the collector in force, whose negative probes still count at ports that stayed the same. */
  static async create(
    config: AgentConfig,
    options: CollectorOptions,
    current: () => Collector | undefined = () => undefined,
  ): Promise<Collector> {
    const former = current();
    const samePd = former !== undefined && isDeepStrictEqual(config.pd, former.config.pd);
    const shared =
      former === undefined ? { repository: new CredentialRepository(), locks: new PortLocks() } : former.#shared();
    const loaded = await loadInventory(config, shared, samePd ? former.#discovery : undefined);
    // By now another one may be in force.
    return new Collector(config, options, loaded, { collector: current(), reason: 'configuration' }, shared);
  }

  /** Reads the inventory again; undefined when it is unchanged. All evidence is carried over. */
  async refreshed(): Promise<Collector | undefined> {
    if (!hasDescriptors()) {
      return undefined;
    }
    const loaded = await loadInventory(this.config, this.#shared(), this.#discovery);
    if (!hasDescriptors()) {
      // A file that could not be opened would look like a file that is gone.
      return undefined;
    }
    return isDeepStrictEqual(loaded.inventory, this.inventory)
      ? undefined
      : new Collector(this.config, this.#options, loaded, { collector: this, reason: 'inventory' }, this.#shared());
  }

  /** Every credential file that is read. */
  files(): readonly string[] {
    return credentialFiles(this.inventory, this.config.security);
  }

  /** The port of the inventory at this address. */
  find({ host, port }: Address): Target | undefined {
    return portsOf(this.inventory.instances).find(({ endpoint }) => endpoint.host === host && endpoint.port === port);
  }

  credentials(): NodeCredentials {
    return this.#credentials;
  }

  /** The files that a probe with this identity presents; undefined for one that is made in memory or has none. */
  pathsOf(identity: IdentityName): CredentialPaths | undefined {
    const { wrongName, security } = this.config;
    return identity === 'wrong-name' && wrongName !== undefined && security !== undefined
      ? { ca: security.ca, ...wrongName }
      : this.identities.pathsOf(identity);
  }

  observations(): readonly EndpointObservation[] {
    return this.store.observations();
  }

  /**
   * Reads all credential files again, after the readings that were asked for before: the latest state is that of the latest
   * reading. The contents of a CA file at its first reading are its baseline.
   */
  readCredentials(): Promise<void> {
    const reading = this.#reading.then(() => this.#readCredentials());
    // Whoever asked for it handles its failure.
    this.#reading = reading.catch(() => undefined);
    return reading;
  }

  async #readCredentials(): Promise<void> {
    const now = this.#options.now();
    const { inventory, config, repository } = this;
    const read = await readNodeCredentials(inventory, config.security, repository, this.#credentials, now);
    await this.#baselines.record(localInstances(inventory), read.credentials, this.#options.now());
    this.#credentials = read;
  }

  /** Probes one port with each identity that it should accept, one after the other. */
  probe(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    return this.#unlessThrown(target, async () => {
      const observed = await this.#authorizedProbes.probe(target, signal);
      const handshake = this.store.serverHandshakeOf(target);
      const key = credentialKey(target.instance);
      const facts = this.#credentials.credentials.get(key);
      const context = { baseline: this.#baselines.of(key), facts, configuredAt: this.#configuredAt };
      if (handshake !== undefined && !signal.aborted && isHandshakeStale(handshake, context)) {
        await this.#negativeProbes.readServerHandshake(target, signal);
      }
      return observed;
    });
  }

  /** Reads when the processes of this node started. Returns whether one of them started again. */
  readProcessStarts(): boolean {
    return this.#baselines.recordStarts(localInstances(this.inventory));
  }

  /** Reads one port's server handshake and probes it as each unauthorized client, one after the other. */
  negativeProbe(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    return this.#unlessThrown(target, () => this.#negativeProbes.probe(target, signal));
  }

  evaluate(): readonly Finding[] {
    return this.#accepted(runChecks(this.evidence()));
  }

  /** What these findings of the evidence of now come from. */
  incidentsOf(findings: readonly Finding[]): readonly Incident[] {
    return incidentsOf(this.evidence(), findings);
  }

  /** Findings and incidents on the evidence of now; awaits `turn` between checks, which yields to the event loop. */
  async evaluateInTurns(
    turn: () => Promise<void>,
  ): Promise<{ readonly findings: readonly Finding[]; readonly incidents: readonly Incident[] }> {
    const evidence = this.evidence();
    const findings = this.#accepted(await runChecksInTurns(evidence, turn));
    return { findings, incidents: incidentsOf(evidence, findings) };
  }

  evidence(): Evidence {
    const { store } = this;
    const observations = store.observations();
    const { credentials } = this.#credentials;
    return {
      now: this.#options.now(),
      inventory: this.inventory,
      ...this.#credentials,
      baselines: this.#baselines.entries(),
      targets: this.targets,
      negativeProbes: this.config.probe.negativeInterval === undefined ? 'off' : 'on',
      observations,
      peerReports: store.peerReports(),
      serverHandshakes: store.serverHandshakes(),
      resumptions: store.resumptions(),
      // A port that must not be connected to has a finding of its own.
      negativeProbesPending: withoutNegativeProbe(this.#negativelyProbed(), observations).filter(
        (target) => whyNotConnected(target, credentials.get(credentialKey(target.instance))) === undefined,
      ),
      negativeProbesLeftOut:
        this.config.probe.negativeInterval === undefined
          ? []
          : this.negativeTargets.filter((target) => getsNoNegativeProbe(target, this.#fallen)),
    };
  }

  #accepted(findings: readonly Finding[]): readonly Finding[] {
    const { acceptances } = this.config;
    return acceptances.length === 0
      ? findings
      : worstFirst(withAcceptances(findings, acceptances, this.#options.now()));
  }

  async #unlessThrown(
    target: Target,
    probe: () => Promise<readonly EndpointObservation[]>,
  ): Promise<readonly EndpointObservation[]> {
    try {
      return await probe();
    } catch (error: unknown) {
      this.#options.onProbeFailure?.(target, exceptionText(error));
      return [];
    }
  }

  #shared(): Shared {
    return { repository: this.repository, locks: this.access.locks };
  }

  #negativelyProbed(): readonly Target[] {
    return this.config.probe.negativeInterval === undefined
      ? []
      : this.negativeTargets.filter((target) => !getsNoNegativeProbe(target, this.#fallen));
  }

  #retentionAfter(former: Collector): Retention {
    return reconfigured({
      targets: this.#negativelyProbed(),
      former: former.#negativelyProbed(),
      includes: (identity) => isMadeInMemory(identity) || this.pathsOf(identity) !== undefined,
      resumption: this.config.probe.resumption,
    });
  }
}
