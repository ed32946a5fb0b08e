/** A file that triggers a lint rule, and the reported line and fix; shown by `--explain`. */
export interface LintExample {
  readonly file: string;
  /** The release of the cluster, where the rule depends on it. */
  readonly version?: string;
  readonly text: string;
  readonly reported: string;
  readonly remediation: string;
}
