import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { Labels } from './labels.js';
import { RegisteredMetric, type Snapshot } from './registered-metric.js';
import { SeriesMetric } from './series.js';
import { visibleMetrics } from './unprintable.js';

/** Some hundred kilobytes, written in some milliseconds. */
const seriesPerPart = 2_000;

/**
 * Writes these metrics of a registry in Prometheus' text format, in parts that end with a line; those without series are
 * left out. Other work runs between two parts: a large cluster has megabytes of metrics, and probes must not wait for
 * them. The series of a metric are those that exist when its first part is written.
 */
export async function* exposition(
  registry: Registry,
  names: readonly string[],
  defaultLabels: Labels = {},
): AsyncGenerator<string> {
  for (const name of names) {
    const metric = registry.getSingleMetric(name);
    if (metric !== undefined) {
      yield* partsOf(await metric.get(), metric instanceof SeriesMetric ? {} : defaultLabels);
    }
  }
}

async function* partsOf(metric: Snapshot, defaultLabels: Labels): AsyncGenerator<string> {
  for (let start = 0; start < metric.values.length; start += seriesPerPart) {
    const values = metric.values.slice(start, start + seriesPerPart);
    const text = visibleMetrics(await textOf({ ...metric, values }, defaultLabels));
    yield `${start === 0 ? text : withoutHead(text)}\n`;
    await nextTurn();
  }
}

/** prom-client writes whole metrics only, so a part is registered as a metric of its own. */
function textOf(part: Snapshot, defaultLabels: Labels): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels(defaultLabels);
  new RegisteredMetric(part, registry, () => part.values);
  return registry.getSingleMetricAsString(part.name);
}

/** Without the lines of HELP and TYPE. */
function withoutHead(text: string): string {
  return text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1);
}
