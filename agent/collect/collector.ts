import { setImmediate as turn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { runChecks, runChecksInTurns } from '../../checks/catalogue.js';
import { credentialKey, type EndpointObservation, type Evidence, observationKey } from '../../checks/check.js';
import type { Finding } from '../../checks/finding.js';
import type { Discovery } from '../../cluster/discovery/discover.js';
import type { Address } from '../../cluster/inventory/address.js';
import type { Inventory } from '../../cluster/inventory/inventory.js';
import type { ReloadEvent } from '../../credentials/credential-store.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import type { IdentityName } from '../../probes/observation.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { targetOf } from '../../probes/target.js';
import type { AgentConfig, AgentPaths } from '../config/agent-config.js';
import { hasDescriptors } from '../process/descriptors.js';
import { Baselines } from './ca-baselines.js';
import { isMismatched, untilQuiet } from './files-being-replaced.js';
import { Identities } from './identities.js';
import { type Loaded, loadInventory } from './load-inventory.js';
import {
  credentialFiles,
  localInstances,
  type NodeCredentials,
  readNodeCredentials,
  unread,
} from './local-credentials.js';
import { NegativeProbes } from './negative-probes.js';
import { awaitedOf, unchangedOf, whatIsKnown, whatUnauthorizedClientsMet } from './retention.js';
import { negativeTargetsOf, type Target, targetsOf } from './targets.js';
import { isMadeInMemory, survivesBadCertificates } from './unauthorized-identities.js';

export interface CollectorOptions {
  readonly now: () => Date;
  /** A pair that probes show was read anew, or could not be; `certificate` is its path. */
  readonly onReload: (event: ReloadEvent, certificate: string) => void;
}

/** Gathers evidence and has it judged: the part that `check` runs once and `run` keeps running. */
export class Collector {
  readonly config: AgentConfig;
  readonly inventory: Inventory;
  readonly targets: readonly Target[];
  readonly negativeTargets: readonly Target[];
  readonly identities: Identities;
  readonly #options: CollectorOptions;
  readonly #discovery: Discovery | undefined;
  readonly #now: () => Date;
  readonly #baselines: Baselines;
  readonly #observations: Map<string, EndpointObservation>;
  readonly #negativeProbes: NegativeProbes;
  /** Where strangers come. */
  readonly #probed: readonly Target[];
  readonly #peerReports: Map<string, EndpointObservation>;
  #credentials: NodeCredentials = unread;

  /** The one it takes the place of has another inventory, or another configuration. */
  private constructor(
    config: AgentConfig,
    options: CollectorOptions,
    loaded: Loaded,
    { refreshed, reloaded }: { readonly refreshed?: Collector; readonly reloaded?: Collector | undefined } = {},
  ) {
    this.config = config;
    this.#options = options;
    this.#now = options.now;
    this.#discovery = loaded.discovery;
    this.inventory = loaded.inventory;
    const reach = { scope: config.scope, peers: config.probe.peers };
    this.targets = targetsOf(this.inventory, reach);
    this.negativeTargets = negativeTargetsOf(this.inventory, config.scope);
    const { instances } = this.inventory;
    this.identities = new Identities(config.security, instances, options.onReload, refreshed?.identities);
    const known = new Set(instances.map(credentialKey));
    this.#baselines = new Baselines(refreshed === undefined ? undefined : refreshed.#baselines, known);
    this.#probed = config.probe.rejections === undefined ? [] : this.negativeTargets.filter(survivesBadCertificates);
    const stillComes = (name: IdentityName) => isMadeInMemory(name) || this.pathsOf(name) !== undefined;
    const counting =
      reloaded === undefined
        ? whatIsKnown(known)
        : whatUnauthorizedClientsMet(unchangedOf(this.#probed, reloaded.#probed), stillComes);
    const former = refreshed ?? reloaded;
    this.#observations = counting.looks(former === undefined ? [] : former.#observations);
    this.#peerReports = counting.looks(former === undefined ? [] : former.#peerReports);
    this.#negativeProbes = new NegativeProbes(
      config,
      former === undefined ? undefined : former.#negativeProbes,
      counting.isNegativeProbe,
    );
  }

  /** `current` is the observer in force: what strangers met at ports that are what they were still counts. */
  static async create(
    config: AgentConfig,
    options: CollectorOptions,
    current: () => Collector | undefined = () => undefined,
  ): Promise<Collector> {
    const former = current();
    const samePd = former !== undefined && isDeepStrictEqual(config.pd, former.config.pd);
    const loaded = await loadInventory(config, samePd ? former.#discovery : undefined);
    // Another one may be in force by now.
    return new Collector(config, options, loaded, { reloaded: current() });
  }

  /** Looks again for components that came or went; undefined when all is as it was. What is known stays known. */
  async refreshed(): Promise<Collector | undefined> {
    if (!hasDescriptors()) {
      return undefined;
    }
    const loaded = await loadInventory(this.config, this.#discovery);
    if (!hasDescriptors()) {
      // Files that could not be opened look like files that are gone.
      return undefined;
    }
    return isDeepStrictEqual(loaded.inventory, this.inventory)
      ? undefined
      : new Collector(this.config, this.#options, loaded, { refreshed: this });
  }

  /** Every credential file that this agent's verdicts rest on. */
  files(): readonly string[] {
    return credentialFiles(this.inventory, this.config.security);
  }

  /** The port of the inventory at this address. */
  find({ host, port }: Address): Target | undefined {
    return this.inventory.instances
      .flatMap((instance) => instance.endpoints.map((endpoint) => ({ instance, endpoint })))
      .find(({ endpoint }) => endpoint.host === host && endpoint.port === port);
  }

  credentials(): NodeCredentials {
    return this.#credentials;
  }

  /** The files that a probe with this identity presents; undefined for one that is made in memory or has none. */
  pathsOf(identity: IdentityName): AgentPaths | undefined {
    const { wrongName, security } = this.config;
    return identity === 'wrong-name' && wrongName !== undefined && security !== undefined
      ? { ca: security.ca, ...wrongName }
      : this.identities.pathsOf(identity);
  }

  observations(): readonly EndpointObservation[] {
    return [...this.#observations.values()];
  }

  /** Reads all credential files again. The first sight of a CA file is its baseline. */
  async readCredentials(): Promise<void> {
    const { security } = this.config;
    const read = await readNodeCredentials(this.inventory, security, this.#credentials, this.#now());
    await this.#baselines.see(localInstances(this.inventory), read.credentials, this.#now());
    this.#credentials = read;
  }

  /** Probes one port with each identity, one after the other: a port never sees two of our connections at once. */
  async probe(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    const observed: EndpointObservation[] = [];
    for (const identity of this.identities.for(target)) {
      await untilQuiet(target, this.#factsOf(target), this.#now(), signal);
      if (signal.aborted || isMismatched(target, this.#factsOf(target))) {
        break;
      }
      const options = { timeout: this.config.probe.timeout, signal };
      const observation = await probeEndpoint(targetOf(target.endpoint), identity, options);
      const entry = { instance: target.instance, endpoint: target.endpoint, observation };
      if (!signal.aborted) {
        this.#observations.set(observationKey(entry), { ...entry, servedSince: this.#servedSince(entry) });
        observed.push(entry);
        if (identity.name === 'agent' && observation.outcome === 'accepted') {
          await this.#askOfOthers(target, identity, signal);
        }
      }
    }
    return observed;
  }

  #servedSince(entry: EndpointObservation): Date {
    const before = this.#observations.get(observationKey(entry));
    const [leaf, earlier] = [entry.observation, before?.observation].map((one) => one?.peerChain[0]?.fingerprint);
    return (leaf === earlier ? before?.servedSince : undefined) ?? entry.observation.at;
  }

  /** What the port says of others. */
  async #askOfOthers({ instance, endpoint }: Target, agent: Identity, signal: AbortSignal): Promise<void> {
    for (const probe of endpoint.profile.peerReported ?? []) {
      const asked = { ...targetOf(endpoint), alpn: endpoint.profile.alpn[probe.protocol], probe };
      const options = { timeout: this.config.probe.timeout, signal };
      const observation = await probeEndpoint(asked, agent, options);
      const path = probe.protocol === 'http' ? probe.path : probe.method;
      this.#peerReports.set(`${credentialKey(instance)} ${path}`, { instance, endpoint, observation });
    }
  }

  /** Reads the first flight of one port, then comes to it as each stranger in turn that this leaves open. */
  async reject(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    const { instance, endpoint } = target;
    const observed: EndpointObservation[] = [];
    await untilQuiet(target, this.#factsOf(target), this.#now(), signal);
    if (signal.aborted || isMismatched(target, this.#factsOf(target))) {
      return observed;
    }
    await this.#negativeProbes.look(target, this.identities.agent(), signal);
    for (const ask of await this.#negativeProbes.unauthorizedClients(target, this.identities, signal)) {
      await untilQuiet(target, this.#factsOf(target), this.#now(), signal);
      if (signal.aborted || isMismatched(target, this.#factsOf(target))) {
        return observed;
      }
      const entry = { instance, endpoint, observation: await ask() };
      if (signal.aborted) {
        // Cut short by us, which says nothing of the port.
        return observed;
      }
      this.#observations.set(observationKey(entry), entry);
      observed.push(entry);
    }
    return observed;
  }

  evaluate(): readonly Finding[] {
    return runChecks(this.evidence());
  }

  /** As `judge`, of what is known now, letting others run between checks. */
  evaluateInTurns(): Promise<readonly Finding[]> {
    return runChecksInTurns(this.evidence(), turn);
  }

  evidence(): Evidence {
    const observations = this.observations();
    return {
      now: this.#now(),
      inventory: this.inventory,
      ...this.#credentials,
      baselines: this.#baselines.entries(),
      observations,
      peerReports: [...this.#peerReports.values()],
      serverHandshakes: this.#negativeProbes.serverHandshakes(),
      resumptions: this.#negativeProbes.resumptions(),
      // One whose files are in motion is left alone, which has a finding of its own.
      awaited: awaitedOf(this.#probed, observations).filter((target) => this.mayConnect(target)),
    };
  }

  /** Whether a connection of ours would do no harm there. */
  mayConnect(target: Target): boolean {
    return !isMismatched(target, this.#factsOf(target));
  }

  #factsOf(target: Target): CredentialFacts | undefined {
    return this.#credentials.credentials.get(credentialKey(target.instance));
  }
}
