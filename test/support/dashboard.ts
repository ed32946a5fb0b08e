import { parser } from '@prometheus-io/lezer-promql';
import { renderDashboard } from '../../generate/dashboard/render.js';

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly fieldConfig?: { readonly overrides: readonly { readonly matcher: { readonly options: string } }[] };
  readonly transformations?: readonly { readonly id: string; readonly options: object }[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly allValue?: string;
}

export interface Dashboard {
  readonly schemaVersion: number;
  readonly uid: string;
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly DashboardPanel[];
}

export const dashboard = JSON.parse(renderDashboard()) as Dashboard;

/** Every query with the place where it is. */
export const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }) => ({ place: `${title} ${refId}`, expr })),
);

/** A query as Grafana sends it when every variable says All. */
export function filledIn(expr: string): string {
  const values: Readonly<Record<string, string>> = Object.fromEntries(
    dashboard.templating.list.map(({ name, allValue = '' }) => [name, allValue]),
  );
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);
}

/** The metrics and labels of a PromQL expression, from the parser of Prometheus' user interface; `valid` is whether it parses. */
export function namesIn(expr: string): {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  readonly valid: boolean;
} {
  const metrics = new Set<string>();
  const labels = new Set<string>();
  let valid = true;
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      valid &&= !type.isError;
      if (type.name === 'Identifier') {
        metrics.add(expr.slice(from, to));
      } else if (type.name === 'LabelName') {
        labels.add(expr.slice(from, to));
      }
    },
  });
  return { metrics: [...metrics], labels: [...labels], valid };
}
