import { isDeepStrictEqual } from 'node:util';
import { type EndpointResumption, type EndpointServerHandshake, portKey } from '../../checks/check.js';
import type { Observation } from '../../probes/observation.js';
import { probePlaintext } from '../../probes/plaintext-probe.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { probeResumption } from '../../probes/resumption.js';
import { readServerHandshake } from '../../probes/server-handshake.js';
import { targetOf } from '../../probes/target.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { Identities } from './identities.js';
import type { Target } from './targets.js';
import { survivesBadCertificates, UnauthorizedClients } from './unauthorized-identities.js';

type Settings = Pick<AgentConfig, 'probe' | 'wrongName'>;

/** What is tried at a port on the slow clock: strangers, its first flight, and a session where that is asked for. */
export class NegativeProbes {
  readonly #settings: Settings;
  readonly #unauthorizedClients: UnauthorizedClients;
  readonly #serverHandshakes: Map<string, EndpointServerHandshake>;
  readonly #resumptions: Map<string, EndpointResumption>;

  /** Earlier visits count at the ports where `counts` says so, and sessions where they are still tried. */
  constructor(settings: Settings, before: NegativeProbes | undefined, counts: (target: Target) => boolean) {
    const kept = <T extends EndpointServerHandshake | EndpointResumption>(entries: ReadonlyMap<string, T>) =>
      new Map([...entries].filter(([, entry]) => counts(entry)));
    this.#settings = settings;
    const same = before !== undefined && isDeepStrictEqual(settings.wrongName, before.#settings.wrongName);
    this.#unauthorizedClients = same ? before.#unauthorizedClients : new UnauthorizedClients(settings.wrongName);
    this.#serverHandshakes = before === undefined ? new Map() : kept(before.#serverHandshakes);
    this.#resumptions = before === undefined || !settings.probe.resumption ? new Map() : kept(before.#resumptions);
  }

  serverHandshakes(): readonly EndpointServerHandshake[] {
    return [...this.#serverHandshakes.values()];
  }

  resumptions(): readonly EndpointResumption[] {
    return [...this.#resumptions.values()];
  }

  /** One question per stranger, to be asked one after the other; none where the port could not bear them. */
  async unauthorizedClients(
    target: Target,
    identities: Identities,
    signal: AbortSignal,
  ): Promise<readonly (() => Promise<Observation>)[]> {
    if (!survivesBadCertificates(target)) {
      return [];
    }
    const { endpoint } = target;
    const options = { timeout: this.#settings.probe.timeout, signal };
    const asked = { ...targetOf(endpoint), probe: endpoint.profile.nameProbe ?? endpoint.profile.probe };
    const overTls = endpoint.scheme === 'https' ? await this.#unauthorizedClients.for(target, identities) : [];
    // A port that asks for no certificate sees none: who has the wrong one is to it like who has none.
    const asks =
      this.#serverHandshakes.get(portKey(target.instance, target.endpoint))?.serverHandshake.requestsCertificate !==
      false;
    return [
      () => probePlaintext(asked, options),
      ...overTls
        .filter(({ name }) => asks || name === 'no-certificate')
        .map((identity) => () => probeEndpoint(asked, identity, options)),
    ];
  }

  /** Reads the port's first flight, and tries a session where the configuration says so. */
  async look({ instance, endpoint }: Target, agent: Identity | undefined, signal: AbortSignal): Promise<void> {
    if (endpoint.scheme === 'http' || !survivesBadCertificates({ instance, endpoint })) {
      return;
    }
    const { timeout, resumption } = this.#settings.probe;
    const target = targetOf(endpoint);
    const key = portKey(instance, endpoint);
    this.#serverHandshakes.set(key, {
      instance,
      endpoint,
      serverHandshake: await readServerHandshake(target, timeout),
    });
    if (resumption && endpoint.profile.bearsSessions && agent !== undefined) {
      const seen = await probeResumption(target, agent, { timeout, signal });
      this.#resumptions.set(key, { instance, endpoint, resumption: seen });
    }
  }
}
