import { type EndpointObservation, portKey } from '../../checks/check.js';
import type { Endpoint, Instance } from '../../cluster/inventory/inventory.js';
import type { IdentityName, Outcome } from '../../probes/observation.js';

/** Looks of one identity at one port, one after the other, that all saw the same. */
export interface ProbeRun {
  readonly identity: IdentityName;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly tlsVersion: string | undefined;
  /** Of the certificate served. */
  readonly fingerprint: string | undefined;
  readonly first: Date;
  readonly last: Date;
  readonly count: number;
}

/** Runs kept per port: a port that changes its mind at every look must not fill the memory. */
const mostRuns = 60;

/** What each port was seen to do since the start, equal looks counted together. */
export class ProbeHistory {
  /** Per port, oldest first. */
  readonly #ports = new Map<string, readonly ProbeRun[]>();

  add(entries: readonly EndpointObservation[]): void {
    for (const { instance, endpoint, observation } of entries) {
      const key = portKey(instance, endpoint);
      const runs = this.#ports.get(key) ?? [];
      const { identity, outcome, detail, tlsVersion, at, peerChain } = observation;
      const fingerprint = peerChain[0]?.fingerprint;
      const seen = { identity, outcome, detail, tlsVersion, fingerprint };
      const last = runs.findLast((run) => run.identity === identity);
      const goesOn = last !== undefined && isSame(last, seen);
      const run = { ...seen, first: goesOn ? last.first : at, last: at, count: (goesOn ? last.count : 0) + 1 };
      this.#ports.set(key, [...runs.filter((one) => !goesOn || one !== last), run].slice(-mostRuns));
    }
  }

  /** Latest first. */
  runs(instance: Instance, endpoint: Endpoint): readonly ProbeRun[] {
    return [...(this.#ports.get(portKey(instance, endpoint)) ?? [])].reverse();
  }

  /** Forgets ports of instances that are gone. */
  keep(instances: readonly Instance[]): void {
    const known = new Set(
      instances.flatMap((instance) => instance.endpoints.map((endpoint) => portKey(instance, endpoint))),
    );
    for (const key of this.#ports.keys()) {
      if (!known.has(key)) {
        this.#ports.delete(key);
      }
    }
  }
}

function isSame(run: ProbeRun, seen: Omit<ProbeRun, 'first' | 'last' | 'count'>): boolean {
  return (['outcome', 'detail', 'tlsVersion', 'fingerprint'] as const).every((name) => run[name] === seen[name]);
}
