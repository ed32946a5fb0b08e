import type { EndpointObservation } from '../../checks/check.js';
import { probeEndpoint } from '../../probes/probe.js';
import type { Identity } from '../../probes/prober.js';
import { targetOf } from '../../probes/target.js';
import type { Identities } from './identities.js';
import type { ObservationStore } from './observation-store.js';
import type { PortAccess } from './port-access.js';
import type { Target } from './targets.js';

export interface AuthorizedProbesOptions {
  readonly identities: Identities;
  readonly access: PortAccess;
  readonly store: ObservationStore;
  /** Of one probe, in milliseconds. */
  readonly timeout: number;
}

/** Probes with the identities that a port should accept: the agent's certificate and those of this node's callers. */
export class AuthorizedProbes {
  readonly #options: AuthorizedProbesOptions;

  constructor(options: AuthorizedProbesOptions) {
    this.#options = options;
  }

  /** Probes and records one port with each identity in turn; stops early where the port must not be connected to. */
  async probe(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    const { identities, access, store, timeout } = this.#options;
    const options = { timeout, signal };
    const { instance, endpoint } = target;
    const observed: EndpointObservation[] = [];
    // After the end no identity reads its files any more, which may be gone.
    for (const identity of signal.aborted ? [] : identities.for(target)) {
      const observation = await access.connect(target, signal, () =>
        probeEndpoint(targetOf(endpoint), identity, options),
      );
      // A probe that the agent cut short says nothing of the port.
      if (observation === undefined || signal.aborted) {
        break;
      }
      const entry = { instance, endpoint, observation };
      store.record(entry);
      observed.push(entry);
      if (identity.name === 'agent' && observation.outcome === 'accepted') {
        await this.#readPeerReports(target, identity, signal);
      }
    }
    return observed;
  }

  /** Asks the port for what it knows of its peers. */
  async #readPeerReports(target: Target, agent: Identity, signal: AbortSignal): Promise<void> {
    const { access, store, timeout } = this.#options;
    const { instance, endpoint } = target;
    const options = { timeout, signal };
    for (const probe of endpoint.profile.peerReported ?? []) {
      const asked = { ...targetOf(endpoint), alpn: endpoint.profile.alpn[probe.protocol], probe };
      const observation = await access.connect(target, signal, () => probeEndpoint(asked, agent, options));
      if (observation === undefined || signal.aborted) {
        return;
      }
      store.recordPeerReport(probe.protocol === 'http' ? probe.path : probe.method, {
        instance,
        endpoint,
        observation,
      });
    }
  }
}
