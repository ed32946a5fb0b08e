import type { Finding } from '../../checks/finding.js';
import { worstFirst } from '../../checks/run-checks.js';
import { placeOf } from './findings-table.js';

export interface FindingChange {
  readonly finding: Finding;
  /** Its check has nothing to say there any more. */
  readonly gone: boolean;
}

/** What is new, better or worse, place by place; a place that passes and did not exist before is no news. */
export function changesOf(before: readonly Finding[], after: readonly Finding[]): readonly FindingChange[] {
  const [old, now] = [worstByPlace(before), worstByPlace(after)];
  const changed = [...now].filter(([place, finding]) => (old.get(place)?.status ?? 'pass') !== finding.status);
  const gone = [...old].filter(([place, finding]) => !now.has(place) && finding.status !== 'pass');
  return [
    ...changed.map(([, finding]) => ({ finding, gone: false })),
    ...gone.map(([, finding]) => ({ finding, gone: true })),
  ];
}

function worstByPlace(findings: readonly Finding[]): ReadonlyMap<string, Finding> {
  const worst = new Map<string, Finding>();
  for (const finding of worstFirst(findings)) {
    const place = `${finding.check} ${placeOf(finding)}`;
    if (!worst.has(place)) {
      worst.set(place, finding);
    }
  }
  return worst;
}
