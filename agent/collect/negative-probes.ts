import { credentialKey, type EndpointObservation } from '../../checks/check.js';
import { bearsFailedHandshakes } from '../../cluster/access/failed-handshakes.js';
import type { Observation } from '../../probes/observation.js';
import { probePlaintext } from '../../probes/plaintext-probe.js';
import { probeEndpoint } from '../../probes/probe.js';
import { probeResumption } from '../../probes/resumption.js';
import { readServerHandshake } from '../../probes/server-handshake.js';
import { handshakeTargetOf, targetOf } from '../../probes/target.js';
import type { AuthorizedProbesOptions } from './authorized-probes.js';
import type { Target } from './targets.js';
import type { UnauthorizedClients } from './unauthorized-clients.js';

export interface NegativeProbesOptions extends AuthorizedProbesOptions {
  readonly unauthorizedClients: UnauthorizedClients;
  /** Whether session resumption is tried, too. */
  readonly resumption: boolean;
  /** Probes as the identities that a port should accept. */
  readonly probeAgain: (target: Target, signal: AbortSignal) => Promise<readonly EndpointObservation[]>;
  /** The processes of unknown release that stopped answering at negative probes; it is added to. */
  readonly fallen: Set<string>;
}

/** Whether a port gets no negative probe: its release, or what happened to its process at the last ones, forbids it. */
export function getsNoNegativeProbe({ instance }: Target, fallen: ReadonlySet<string>): boolean {
  return bearsFailedHandshakes(instance) === 'no' || fallen.has(credentialKey(instance));
}

/** What is tried at a port on the slow schedule: its server handshake, session resumption, and unauthorized clients. */
export class NegativeProbes {
  readonly #options: NegativeProbesOptions;

  constructor(options: NegativeProbesOptions) {
    this.#options = options;
  }

  /**
   * Probes and records one port as each unauthorized client; stops early where the port must not be connected to. A port of
   * unknown release is probed as the agent after that.
   */
  async probe(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    const { access, store } = this.#options;
    const { instance, endpoint } = target;
    const observed: EndpointObservation[] = [];
    if (signal.aborted || getsNoNegativeProbe(target, this.#options.fallen)) {
      return observed;
    }
    if (this.#speaksTls(target)) {
      await this.readServerHandshake(target, signal);
      await this.#tryResumption(target, signal);
    }
    for (const attempt of signal.aborted ? [] : await this.attempts(target, signal)) {
      const observation = await access.connect(target, signal, attempt);
      // A probe that the agent cut short says nothing of the port.
      if (observation === undefined || signal.aborted) {
        break;
      }
      const entry = { instance, endpoint, observation };
      store.record(entry);
      observed.push(entry);
    }
    if (bearsFailedHandshakes(instance) === 'unknown' && !signal.aborted) {
      observed.push(...(await this.#probeAgain(target, signal)));
    }
    return observed;
  }

  /** A port that answered before and is unreachable now gets no further negative probe, nor do the others of its process. */
  async #probeAgain(target: Target, signal: AbortSignal): Promise<readonly EndpointObservation[]> {
    const { store, probeAgain, fallen } = this.#options;
    const answered = ({ endpoint, instance, observation }: EndpointObservation) =>
      instance === target.instance &&
      endpoint === target.endpoint &&
      observation.identity === 'agent' &&
      observation.outcome === 'accepted';
    const before = store.observations().some(answered);
    const after = await probeAgain(target, signal);
    if (before && after.some(({ observation }) => observation.outcome === 'unreachable')) {
      fallen.add(credentialKey(target.instance));
    }
    return after;
  }

  /** One attempt per unauthorized client, to be made one after the other. */
  async attempts(target: Target, signal: AbortSignal): Promise<readonly (() => Promise<Observation>)[]> {
    const { identities, unauthorizedClients, store, timeout } = this.#options;
    const { endpoint } = target;
    const options = { timeout, signal };
    const asked = { ...targetOf(endpoint), probe: endpoint.profile.nameProbe ?? endpoint.profile.probe };
    const overTls = this.#speaksTls(target) ? await unauthorizedClients.for(target, identities) : [];
    // A port that sends no CertificateRequest never sees a certificate: every client is to it one without.
    const requestsCertificate = store.serverHandshakeOf(target)?.serverHandshake.requestsCertificate !== false;
    return [
      () => probePlaintext(asked, options),
      ...overTls
        .filter(({ name }) => requestsCertificate || name === 'no-certificate')
        .map((identity) => () => probeEndpoint(asked, identity, options)),
    ];
  }

  /** Reads and records what a port sends before it knows a client. */
  async readServerHandshake(target: Target, signal: AbortSignal): Promise<void> {
    const { access, store, timeout } = this.#options;
    const serverHandshake = await access.connect(target, signal, () =>
      readServerHandshake(handshakeTargetOf(target.endpoint), { timeout, signal }),
    );
    if (serverHandshake !== undefined && !signal.aborted) {
      store.recordServerHandshake({ ...target, serverHandshake });
    }
  }

  /** By its configuration, or as it was seen: PD may have registered http for a port with TLS. */
  #speaksTls({ instance, endpoint }: Target): boolean {
    return (
      endpoint.scheme === 'https' ||
      this.#options.store
        .observations()
        .some((one) => one.instance === instance && one.endpoint === endpoint && one.observation.peerChain.length > 0)
    );
  }

  async #tryResumption(target: Target, signal: AbortSignal): Promise<void> {
    const { identities, access, store, timeout, resumption } = this.#options;
    const agent = resumption && !signal.aborted ? identities.agent() : undefined;
    if (!target.endpoint.profile.bearsSessions || agent === undefined) {
      return;
    }
    const result = await access.connect(target, signal, () =>
      probeResumption(targetOf(target.endpoint), agent, { timeout, signal }),
    );
    if (result !== undefined && !signal.aborted) {
      store.recordResumption({ ...target, resumption: result });
    }
  }
}
