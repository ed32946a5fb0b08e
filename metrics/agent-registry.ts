import type { Registry } from 'prom-client';
import { definitions, type MetricKey } from './definitions.js';
import type { Labels } from './labels.js';
import { Series } from './series.js';

/** The agent's metrics by the keys of `definitions`. */
export type Metrics = {
  readonly [Key in MetricKey]: Pick<
    Series,
    (typeof definitions)[Key]['type'] extends 'counter' ? 'inc' | 'remove' : 'set' | 'reset'
  >;
};

export type GaugeKey = {
  readonly [Key in MetricKey]: (typeof definitions)[Key]['type'] extends 'counter' ? never : Key;
}[MetricKey];

/** Registers a metric for each row of `definitions`; each of its series has the default labels, too. */
export function registerMetrics(registry: Registry, defaultLabels: Labels = {}): Metrics {
  const registered = Object.entries(definitions).map(
    ([key, definition]) => [key, new Series(definition, registry, defaultLabels)] as const,
  );
  return Object.fromEntries(registered) as unknown as Metrics;
}
