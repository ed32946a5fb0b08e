import type { Incident } from '../../checks/causes/cause.js';
import { type Finding, type Status, summarize } from '../../checks/finding.js';
import { formatOrigin, type Problem, positionOf } from '../../cluster/documents/origin.js';

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

/** The stable document of `lint --output json`, in the words of `check`. */
export interface ProblemsDocument {
  readonly version: 1;
  /** The number of files that were read. */
  readonly files: number;
  readonly summary: Readonly<Record<Problem['severity'], number>>;
  /** In the order of the files. `file`, `line` and `column` are absent where `source` is no file. */
  readonly findings: readonly {
    readonly check: string;
    readonly status: Problem['severity'];
    readonly source: string;
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
    readonly message: string;
    readonly remediation: string;
    readonly help: string;
  }[];
}

export function problemsDocument(files: number, problems: readonly Problem[]): ProblemsDocument {
  const count = (status: Problem['severity']) => problems.filter(({ severity }) => severity === status).length;
  return {
    version: 1,
    files,
    summary: { fail: count('fail'), warn: count('warn'), note: count('note') },
    findings: problems.map(({ code, severity, origin, message, remediation }) => ({
      check: code,
      status: severity,
      source: formatOrigin(origin),
      ...positionOf(origin),
      message,
      remediation,
      help: 'docs/lint.md',
    })),
  };
}
