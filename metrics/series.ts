import type { Registry } from 'prom-client';
import type { MetricDefinition } from './definitions.js';
import type { Labels } from './labels.js';
import { RegisteredMetric } from './registered-metric.js';

/** A metric of prom-client's registry whose series have the default labels in their names. */
export class SeriesMetric extends RegisteredMetric {}

const noLabels = {};

/**
 * The series of one metric, each under its name in the text format, such as `tidb_mtls_instances{component="pd"}`.
 * prom-client's own metrics format all labels of all series at every scrape. They also take two sets of labels for one
 * series where a value contains `,name:`, as a certificate of a hostile peer may.
 */
export class Series {
  readonly #name: string;
  readonly #labelNames: readonly string[];
  readonly #defaultLabels: string;
  readonly #values = new Map<string, number>();

  constructor({ name, help, type, labels }: MetricDefinition, registry: Registry, defaultLabels: Labels) {
    this.#name = name;
    this.#labelNames = labels;
    this.#defaultLabels = Object.entries(defaultLabels)
      .map(([label, value]) => `,${label}="${escaped(value)}"`)
      .join('');
    this.reset();
    new SeriesMetric({ name, help, type }, registry, () => this.#snapshot());
  }

  /** The value of the series with these labels, or of a metric without labels. */
  set(...[labels, value = 0]: [number] | [Labels, number]): void {
    if (typeof labels === 'number') {
      this.#values.set(this.#nameOf(noLabels), labels);
    } else {
      this.#values.set(this.#nameOf(labels), value);
    }
  }

  inc(labels: Labels, value = 1): void {
    const series = this.#nameOf(labels);
    this.#values.set(series, (this.#values.get(series) ?? 0) + value);
  }

  remove(labels: Labels): void {
    this.#values.delete(this.#nameOf(labels));
  }

  /** Removes all series; a metric without labels is 0 again. */
  reset(): void {
    this.#values.clear();
    if (this.#labelNames.length === 0) {
      this.set(0);
    }
  }

  /** prom-client remembers the text of shared labels by their object: one for all series is half of the time. */
  #snapshot() {
    const shared = { labels: noLabels, sharedLabels: noLabels };
    return Array.from(this.#values, ([metricName, value]) => ({ metricName, value, ...shared }));
  }

  /** In the order of the definition, so that each set of labels has one name. */
  #nameOf(labels: Labels): string {
    let text = '';
    let count = 0;
    for (const label of this.#labelNames) {
      const value = labels[label];
      if (value !== undefined) {
        text += `,${label}="${escaped(value)}"`;
        count++;
      }
    }
    if (Object.keys(labels).length !== count) {
      throw new TypeError(`${this.#name} has the labels ${this.#labelNames}, not ${Object.keys(labels)}`);
    }
    text += this.#defaultLabels;
    return text === '' ? this.#name : `${this.#name}{${text.slice(1)}}`;
  }
}

function escaped(value: string): string {
  return /[\\\n"]/.test(value) ? value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n') : value;
}
