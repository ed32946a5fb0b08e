import { type Finding, type Status, summarize } from '../../checks/finding.js';

/** The stable document of `check --output json` and `/api/v1/findings`. */
export interface FindingsDocument {
  readonly version: 1;
  readonly summary: Readonly<Record<Status, number>>;
  readonly findings: readonly Finding[];
}

export function findingsDocument(findings: readonly Finding[]): FindingsDocument {
  return { version: 1, summary: summarize(findings), findings };
}
