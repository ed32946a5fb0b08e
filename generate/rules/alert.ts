export type Level = 'warning' | 'critical' | 'emergency';

/** One alert, from which every form of the rule files is rendered. */
export interface Alert {
  /** Without the prefix; also the heading of its section in docs/runbook.md. */
  readonly name: string;
  readonly level: Level;
  /** How long the expression must hold. */
  readonly for: string;
  readonly expr: string;
  readonly summary: string;
  /** The unit of the value in the text of the alert; without it a plain number. */
  readonly value?: 'seconds';
  /** Checks of the catalogue whose result it reports. */
  readonly checks?: readonly string[];
}

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export const alertPrefix = 'TiDB_mtls_';

/** Labels that distinguish the clusters of one Prometheus. A label that a site does not set changes nothing. */
export const cluster = 'k8s_cluster, tidb_cluster, cluster, kubernetes_namespace';
export const file = `${cluster}, component, instance`;
export const port = `${file}, endpoint`;
export const attempt = `${port}, identity`;
/** In an agent's metrics about itself, `instance` is the agent's address. */
export const agent = `${cluster}, instance`;

/** Several agents may report the same port at different times. The worst value counts, so that alerts do not flap. */
export function least(labels: string, expr: string): string {
  return `min by (${labels}) (${expr})`;
}

export function most(labels: string, expr: string): string {
  return `max by (${labels}) (${expr})`;
}

export function total(labels: string, expr: string): string {
  return `sum by (${labels}) (${expr})`;
}
