import type { Finding, Status } from '../../checks/finding.js';

/** A changed result of one check: its worst finding, and those of the same status on the same endpoint and identity. */
export interface FindingChange {
  readonly worst: Finding;
  readonly equallyBad: readonly Finding[];
}

/** Compares the findings of each evaluation with those of the one before. */
export class FindingChanges {
  readonly #now: () => Date;
  #statuses: ReadonlyMap<string, Status> = new Map();
  #since: ReadonlyMap<string, Date> = new Map();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** `findings` worst first; returns the results that became warn or fail, or were fail before. */
  update(findings: readonly Finding[]): readonly FindingChange[] {
    const before = this.#statuses;
    const results = resultsOf(findings, before);
    this.#statuses = new Map(
      [...results].filter(([, { worst }]) => worst.status !== 'pass').map(([key, { worst }]) => [key, worst.status]),
    );
    const since = this.#since;
    this.#since = new Map(
      findings
        .filter(({ status }) => status !== 'pass')
        .map((finding) => [ageKey(finding), since.get(ageKey(finding)) ?? this.#now()] as const),
    );
    return [...results]
      .filter(([key, { worst }]) => isChange(before.get(key) ?? 'pass', worst.status))
      .map(([, change]) => change);
  }

  /** Since when a finding has had its status, as far back as this process knows. */
  since(finding: Finding): Date | undefined {
    return this.#since.get(ageKey(finding));
  }
}

function isChange(earlier: Status, status: Status): boolean {
  return earlier !== status && (status === 'fail' || status === 'warn' || earlier === 'fail');
}

/** One check may have several findings on one endpoint and identity: the worst is its result. */
function resultsOf(findings: readonly Finding[], before: ReadonlyMap<string, Status>): Map<string, FindingChange> {
  const results = new Map<string, FindingChange>();
  // A pass matters only where the result was another one, and in a large cluster nearly all findings pass.
  for (const finding of before.size === 0 ? findings.filter(({ status }) => status !== 'pass') : findings) {
    const key = findingKey(finding);
    const known = results.get(key);
    if (known === undefined) {
      results.set(key, { worst: finding, equallyBad: [] });
    } else if (finding.status !== 'pass' && finding.status === known.worst.status) {
      results.set(key, { ...known, equallyBad: [...known.equallyBad, finding] });
    }
  }
  return results;
}

function findingKey(finding: Finding): string {
  return [finding.check, finding.component, finding.instance, finding.endpoint, finding.identity].join('|');
}

function ageKey(finding: Finding): string {
  return `${findingKey(finding)}|${finding.status}`;
}
