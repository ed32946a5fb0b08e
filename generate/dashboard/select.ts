import { definitions, type MetricKey } from '../../metrics/definitions.js';
import { proxyDefinitions } from '../../metrics/proxy-definitions.js';

/** Labels that distinguish instances, ports and probes on the dashboard; `tidb_cluster` may be absent. */
export const file = 'tidb_cluster, component, instance';
export const port = `${file}, endpoint`;
export const attempt = `${port}, identity`;

/** A metric of the agent, filtered by the variables that it has labels for. */
export function select(key: MetricKey, more = ''): string {
  const { name, labels } = definitions[key];
  return filtered(name, labels, more);
}

/** A metric of the proxy; `suffix` is `_bucket`, `_sum` or `_count` of a histogram. */
export function selectProxy(key: keyof typeof proxyDefinitions, more = '', suffix = ''): string {
  const { name, labels } = proxyDefinitions[key];
  return filtered(`${name}${suffix}`, labels, more);
}

/** A recorded series; `labels` are those that the variables may filter. */
export function recorded(name: string, labels: readonly string[] = []): string {
  return filtered(name, labels, '');
}

function filtered(name: string, labels: readonly string[], more: string): string {
  const variables = ['tidb_cluster', ...['component', 'instance'].filter((label) => labels.includes(label))];
  const matchers = variables.map((variable) => `${variable}=~"$${variable}"`);
  return `${name}{${[...matchers, ...(more === '' ? [] : [more])].join(',')}}`;
}
