import { Counter, type CounterConfiguration, Gauge, type GaugeConfiguration } from 'prom-client';
import type { Labels } from './labels.js';

/**
 * prom-client finds a series by the text `name:value,name:value,` of its labels. In a value that contains such a text, as a
 * certificate of a hostile peer may, two sets of labels would be one series: the comma is written as an escape there.
 */
function distinct(labels: Labels): Labels {
  return Object.values(labels).some((value) => ambiguous.test(value))
    ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, escaped(value)]))
    : labels;
}

/** A comma before what may be the name of a label, and a backslash that would look like this escape. */
const ambiguous = /,(?=[a-z_]+:)|\\(?=u00[25]c)/;

function escaped(value: string): string {
  return value.replaceAll(new RegExp(ambiguous, 'g'), (character) => (character === ',' ? '\\u002c' : '\\u005c'));
}

/** A gauge of prom-client where other labels are always another series. */
export class SeriesGauge {
  readonly #gauge: Gauge;

  constructor(options: GaugeConfiguration<string>) {
    this.#gauge = new Gauge(options);
  }

  /** The value of the series with these labels, or of a metric without labels. */
  set(...[labels, value]: [number] | [Labels, number]): void {
    if (typeof labels === 'number') {
      this.#gauge.set(labels);
    } else {
      this.#gauge.set(distinct(labels), value ?? 0);
    }
  }

  reset(): void {
    this.#gauge.reset();
  }
}

/** A counter of prom-client where other labels are always another series. */
export class SeriesCounter {
  readonly #counter: Counter;

  constructor(options: CounterConfiguration<string>) {
    this.#counter = new Counter(options);
  }

  inc(labels: Labels, value = 1): void {
    this.#counter.inc(distinct(labels), value);
  }

  remove(labels: Labels): void {
    this.#counter.remove(distinct(labels));
  }
}
