import { definitions, type MetricKey } from '../../metrics/definitions.js';
import { proxyDefinitions } from '../../metrics/proxy-definitions.js';

/** What tells places apart on the dashboard; `tidb_cluster` may be absent. */
export const file = 'tidb_cluster, component, instance';
export const port = `${file}, endpoint`;
export const attempt = `${port}, identity`;

/** A metric of the agent, narrowed by the variables for which it has labels. */
export function select(key: MetricKey, more = ''): string {
  const { name, labels } = definitions[key];
  return narrowed(name, labels, more);
}

/** A metric of the proxy; histograms have `_bucket` at their end. */
export function selectProxy(key: keyof typeof proxyDefinitions, more = '', suffix = ''): string {
  const { name, labels } = proxyDefinitions[key];
  return narrowed(`${name}${suffix}`, labels, more);
}

/** A recorded series; `labels` are those that the variables may narrow. */
export function recorded(name: string, labels: readonly string[] = []): string {
  return narrowed(name, labels, '');
}

function narrowed(name: string, labels: readonly string[], more: string): string {
  const variables = ['tidb_cluster', ...['component', 'instance'].filter((label) => labels.includes(label))];
  const matchers = variables.map((variable) => `${variable}=~"$${variable}"`);
  return `${name}{${[...matchers, ...(more === '' ? [] : [more])].join(',')}}`;
}
