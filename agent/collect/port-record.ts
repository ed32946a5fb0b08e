import type { EndpointObservation, EndpointResumption, EndpointServerHandshake } from '../../checks/check.js';
import type { IdentityName, Outcome } from '../../probes/observation.js';
import { type ProbeRun, withProbe } from './probe-runs.js';
import type { Retention } from './retention.js';

/** A recorded probe, and what it changed. */
export interface RecordedProbe {
  readonly entry: EndpointObservation;
  /** The outcome of the same identity's probe before; undefined for its first one. */
  readonly formerOutcome: Outcome | undefined;
  /** When the certificate served before was last seen; undefined unless the port serves another one now. */
  readonly formerServedAt: Date | undefined;
}

interface ServedLeaf {
  readonly fingerprint: string;
  readonly since: Date;
  readonly lastSeen: Date;
}

/** All that the agent observed of one port: the current evidence, the history, and the latest results. */
export class PortRecord {
  observations: ReadonlyMap<IdentityName, EndpointObservation> = new Map();
  /** What the port reports of its peers, by the path or method asked. */
  peerReports: ReadonlyMap<string, EndpointObservation> = new Map();
  serverHandshake: EndpointServerHandshake | undefined;
  resumption: EndpointResumption | undefined;
  /** Oldest first. */
  runs: readonly ProbeRun[] = [];
  #outcomes: ReadonlyMap<IdentityName, Outcome> = new Map();
  #served: ServedLeaf | undefined;

  record(entry: EndpointObservation): RecordedProbe {
    const { observation } = entry;
    const { identity, outcome } = observation;
    const formerServed = this.#served;
    const formerOutcome = this.#outcomes.get(identity);
    this.#outcomes = new Map([...this.#outcomes, [identity, outcome]]);
    this.#served = servedAfter(formerServed, entry) ?? formerServed;
    this.runs = withProbe(this.runs, observation);
    const servedSince = observation.peerChain.length === 0 ? observation.at : (this.#served?.since ?? observation.at);
    this.observations = new Map([...this.observations, [identity, { ...entry, servedSince }]]);
    const changed = formerServed !== undefined && formerServed.fingerprint !== this.#served?.fingerprint;
    return { entry, formerOutcome, formerServedAt: changed ? formerServed.lastSeen : undefined };
  }

  recordPeerReport(path: string, entry: EndpointObservation): void {
    this.peerReports = new Map([...this.peerReports, [path, entry]]);
  }

  /** A copy for another inventory or configuration, with the history and what `retention` says of the evidence. */
  carriedOver(retention: Retention): PortRecord {
    const { serverHandshake, resumption } = this;
    const next = this.departed();
    next.observations = new Map([...this.observations].filter(([, entry]) => retention.keepsObservation(entry)));
    next.peerReports = new Map([...this.peerReports].filter(([, entry]) => retention.keepsObservation(entry)));
    next.serverHandshake =
      serverHandshake !== undefined && retention.keepsPort(serverHandshake) ? serverHandshake : undefined;
    next.resumption = resumption !== undefined && retention.keepsResumption(resumption) ? resumption : undefined;
    next.runs = this.runs;
    return next;
  }

  /** A copy for a port that left the inventory: the latest results alone, so that its return is not reported as a change. */
  departed(): PortRecord {
    const next = new PortRecord();
    next.#outcomes = this.#outcomes;
    next.#served = this.#served;
    return next;
  }
}

function servedAfter(former: ServedLeaf | undefined, { observation }: EndpointObservation): ServedLeaf | undefined {
  const fingerprint = observation.peerChain[0]?.fingerprint;
  if (fingerprint === undefined) {
    return undefined;
  }
  const since = former?.fingerprint === fingerprint ? former.since : observation.at;
  return { fingerprint, since, lastSeen: observation.at };
}
