export type Level = 'warning' | 'critical' | 'emergency';

/** One alert: every form of the rule files is made of these. */
export interface Alert {
  /** Without the prefix; also the heading of its section in docs/runbook.md. */
  readonly name: string;
  readonly level: Level;
  /** How long the expression must hold. */
  readonly for: string;
  readonly expr: string;
  readonly summary: string;
  /** What the value is, for the text of the alert; a number unless said otherwise. */
  readonly value?: 'seconds';
  /** Checks of the catalogue whose verdict it tells. */
  readonly checks?: readonly string[];
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const alertPrefix = 'TiDB_mtls_';

/** What tells clusters apart in one Prometheus; a label that a site does not set costs nothing. */
export const cluster = 'k8s_cluster, tidb_cluster, cluster, kubernetes_namespace';
export const file = `${cluster}, component, instance`;
export const port = `${file}, endpoint`;
export const attempt = `${port}, identity`;
/** `instance` of what an agent says of itself is the agent's own address. */
export const agent = `${cluster}, instance`;

/** Several agents may see one thing, each with its own clock: the worst of them speaks, so that none flaps. */
export function least(labels: string, expr: string): string {
  return `min by (${labels}) (${expr})`;
}

export function most(labels: string, expr: string): string {
  return `max by (${labels}) (${expr})`;
}

export function total(labels: string, expr: string): string {
  return `sum by (${labels}) (${expr})`;
}
