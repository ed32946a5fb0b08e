import { isDeepStrictEqual } from 'node:util';
import { type EndpointHello, type EndpointResumption, portKey } from '../../checks/check.js';
import { readHello } from '../../probes/server-handshake.js';
import type { Observation } from '../../probes/observation.js';
import { probePlaintext } from '../../probes/plaintext-probe.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { probeResumption } from '../../probes/resumption.js';
import { targetOf } from '../../probes/target.js';
import type { AgentConfig } from '../config/agent-config.js';
import type { Identities } from './identities.js';
import type { Target } from './targets.js';
import { mayMeetStrangers, Strangers } from './unauthorized-identities.js';

type Settings = Pick<AgentConfig, 'probe' | 'imposter'>;

/** What is tried at a port on the slow clock: strangers, its first flight, and a session where that is asked for. */
export class Visits {
  readonly #settings: Settings;
  readonly #strangers: Strangers;
  readonly #hellos: Map<string, EndpointHello>;
  readonly #resumptions: Map<string, EndpointResumption>;

  /** Earlier visits count at the ports where `counts` says so, and sessions where they are still tried. */
  constructor(settings: Settings, before: Visits | undefined, counts: (target: Target) => boolean) {
    const kept = <T extends EndpointHello | EndpointResumption>(entries: ReadonlyMap<string, T>) =>
      new Map([...entries].filter(([, entry]) => counts(entry)));
    this.#settings = settings;
    const same = before !== undefined && isDeepStrictEqual(settings.imposter, before.#settings.imposter);
    this.#strangers = same ? before.#strangers : new Strangers(settings.imposter);
    this.#hellos = before === undefined ? new Map() : kept(before.#hellos);
    this.#resumptions = before === undefined || !settings.probe.resumption ? new Map() : kept(before.#resumptions);
  }

  hellos(): readonly EndpointHello[] {
    return [...this.#hellos.values()];
  }

  resumptions(): readonly EndpointResumption[] {
    return [...this.#resumptions.values()];
  }

  /** One question per stranger, to be asked one after the other; none where the port could not bear them. */
  async strangers(
    target: Target,
    identities: Identities,
    signal: AbortSignal,
  ): Promise<readonly (() => Promise<Observation>)[]> {
    if (!mayMeetStrangers(target)) {
      return [];
    }
    const { endpoint } = target;
    const options = { timeout: this.#settings.probe.timeout, signal, frequent: true };
    const asked = { ...targetOf(endpoint), probe: endpoint.profile.nameProbe ?? endpoint.profile.probe };
    const overTls = endpoint.scheme === 'https' ? await this.#strangers.for(target, identities) : [];
    // A port that asks for no certificate sees none: who has the wrong one is to it like who has none.
    const asks = this.#hellos.get(portKey(target.instance, target.endpoint))?.hello.asksForCertificate !== false;
    return [
      () => probePlaintext(asked, options),
      ...overTls
        .filter(({ name }) => asks || name === 'anonymous')
        .map((identity) => () => probeEndpoint(asked, identity, options)),
    ];
  }

  /** Reads the port's first flight, and tries a session where the configuration says so. */
  async look({ instance, endpoint }: Target, own: Identity | undefined, signal: AbortSignal): Promise<void> {
    if (endpoint.scheme === 'http' || !mayMeetStrangers({ instance, endpoint })) {
      return;
    }
    const { timeout, resumption } = this.#settings.probe;
    const target = targetOf(endpoint);
    const key = portKey(instance, endpoint);
    this.#hellos.set(key, { instance, endpoint, hello: await readHello(target, timeout) });
    if (resumption && endpoint.profile.bearsSessions && own !== undefined) {
      const seen = await probeResumption(target, own, { timeout, signal });
      this.#resumptions.set(key, { instance, endpoint, resumption: seen });
    }
  }
}
