import type { Finding } from '../../checks/finding.js';
import { worstFirst } from '../../checks/run-checks.js';
import { locationOf } from './findings-table.js';

export interface FindingChange {
  readonly finding: Finding;
  /** Whether the check no longer has a finding there. */
  readonly gone: boolean;
}

/** Findings whose worst status at a location changed, or whose location is gone; a new one that passes is left out. */
export function changesOf(before: readonly Finding[], after: readonly Finding[]): readonly FindingChange[] {
  const [old, now] = [worstByLocation(before), worstByLocation(after)];
  const changed = [...now].filter(([location, finding]) => (old.get(location)?.status ?? 'pass') !== finding.status);
  const gone = [...old].filter(([location, finding]) => !now.has(location) && finding.status !== 'pass');
  return [
    ...changed.map(([, finding]) => ({ finding, gone: false })),
    ...gone.map(([, finding]) => ({ finding, gone: true })),
  ];
}

function worstByLocation(findings: readonly Finding[]): ReadonlyMap<string, Finding> {
  const worst = new Map<string, Finding>();
  for (const finding of worstFirst(findings)) {
    const location = `${finding.check} ${locationOf(finding)}`;
    if (!worst.has(location)) {
      worst.set(location, finding);
    }
  }
  return worst;
}
