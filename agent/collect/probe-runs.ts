import type { IdentityName, Observation, Outcome } from '../../probes/observation.js';

/** Consecutive probes of one identity at one port that all had the same result. */
export interface ProbeRun {
  readonly identity: IdentityName;
  readonly outcome: Outcome;
  readonly detail: string;
  readonly tlsVersion: string | undefined;
  /** SHA-256 of the certificate served. */
  readonly fingerprint: string | undefined;
  readonly first: Date;
  readonly last: Date;
  readonly count: number;
}

/** The most runs kept per port, also where the result changes at every probe. */
const mostRuns = 60;

/** `runs`, oldest first, with one more probe: the identity's latest run grows by it, or a new run begins. */
export function withProbe(runs: readonly ProbeRun[], observation: Observation): readonly ProbeRun[] {
  const { identity, outcome, detail, tlsVersion, at, peerChain } = observation;
  const result = { identity, outcome, detail, tlsVersion, fingerprint: peerChain[0]?.fingerprint };
  const latest = runs.findLast((run) => run.identity === identity);
  return latest !== undefined && isSame(latest, result)
    ? [...runs.filter((run) => run !== latest), { ...latest, last: at, count: latest.count + 1 }]
    : bounded([...runs, { ...result, first: at, last: at, count: 1 }]);
}

/** Without the oldest run that is not the latest of its identity, once there are too many. */
function bounded(runs: readonly ProbeRun[]): readonly ProbeRun[] {
  const latest = new Set(new Map(runs.map((run) => [run.identity, run])).values());
  const oldest = runs.findIndex((run) => !latest.has(run));
  return runs.length > mostRuns && oldest >= 0 ? runs.toSpliced(oldest, 1) : runs;
}

function isSame(run: ProbeRun, result: Omit<ProbeRun, 'first' | 'last' | 'count'>): boolean {
  return (['outcome', 'detail', 'tlsVersion', 'fingerprint'] as const).every((name) => run[name] === result[name]);
}
