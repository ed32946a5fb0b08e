import type { Registry } from 'prom-client';
import { definitions, type MetricKey } from './definitions.js';
import { SeriesCounter, SeriesGauge } from './series.js';

/** The agent's metrics by the keys of `definitions`. */
export type Metrics = {
  readonly [Key in MetricKey]: (typeof definitions)[Key]['type'] extends 'counter' ? SeriesCounter : SeriesGauge;
};

export type GaugeKey = {
  readonly [Key in MetricKey]: (typeof definitions)[Key]['type'] extends 'counter' ? never : Key;
}[MetricKey];

/** Registers a metric for each row of `definitions`. */
export function registerMetrics(registry: Registry): Metrics {
  const registered = Object.entries(definitions).map(([key, { name, help, type, labels }]) => {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    return [key, type === 'counter' ? new SeriesCounter(options) : new SeriesGauge(options)] as const;
  });
  return Object.fromEntries(registered) as unknown as Metrics;
}
