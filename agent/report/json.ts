import type { Incident } from '../../checks/causes/cause.js';
import { type Finding, type Status, summarize } from '../../checks/finding.js';

/** The stable document of `check --output json` and `/api/v1/findings`. */
export interface FindingsDocument {
  readonly version: 1;
  readonly summary: Readonly<Record<Status, number>>;
  /** Worst first; `explains` is the number of their findings. */
  readonly incidents: readonly (Omit<Incident, 'findings' | 'since'> & {
    readonly since: string | undefined;
    readonly explains: number;
  })[];
  readonly findings: readonly (Finding & { readonly incident: string | undefined })[];
}

export function findingsDocument(findings: readonly Finding[], incidents: readonly Incident[] = []): FindingsDocument {
  const ids = incidentIds(incidents);
  return {
    version: 1,
    summary: summarize(findings),
    incidents: incidents.map(({ findings: explained, since, ...incident }) => ({
      ...incident,
      since: since?.toISOString(),
      explains: explained.length,
    })),
    findings: findings.map((finding) => ({ ...finding, incident: ids.get(finding) })),
  };
}

/** The incident of each finding that one explains. */
export function incidentIds(incidents: readonly Incident[]): ReadonlyMap<Finding, string> {
  return new Map(incidents.flatMap(({ id, findings }) => findings.map((finding) => [finding, id] as const)));
}
