import type { MetricDefinition } from './definitions.js';
import { visibleMetrics } from './unprintable.js';

export type Labels = Readonly<Record<string, string>>;

interface Series {
  /** Name and labels as they are written, made once: of ten thousand ports that is nearly all of a scrape. */
  readonly text: string;
  /** What it goes with; see `keep`. */
  readonly owner: string | undefined;
  value: number;
  /** Of the table, when it was set last. */
  round: number;
}

/** Some hundred kilobytes, written in a few milliseconds. */
const seriesPerPart = 2_000;

/**
 * A gauge or counter of many series, in Prometheus' text format as prom-client writes it. That library looks at every
 * label of every series at each scrape, and hands them over as one string.
 */
export class SeriesTable {
  readonly #head: string;
  readonly #name: string;
  /** Each label's name, with what stands before its value. */
  readonly #labels: readonly (readonly [string, string])[];
  /** Labels of every series, after its own. */
  readonly #constant: string;
  readonly #series = new Map<string, Series>();
  #round = 0;

  constructor({ name, help, type, labels }: MetricDefinition, constant: Labels = {}) {
    this.#head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}`;
    this.#name = name;
    this.#labels = labels.map((label) => [label, `${label}="`]);
    this.#constant = Object.entries(constant)
      .map(([label, value]) => `${label}="${escaped(value)}"`)
      .join(',');
    if (labels.length === 0) {
      this.set({}, 0);
    }
  }

  set(labels: Labels, value: number): void {
    this.#of(labels).value = value;
  }

  add(labels: Labels, value: number, owner?: string): void {
    this.#of(labels, owner).value += value;
  }

  /** Sets it unless it is higher already. */
  raise(labels: Labels, value: number): void {
    const series = this.#of(labels);
    series.value = Math.max(series.value, value);
  }

  has(labels: Labels): boolean {
    return this.#series.get(this.#textOf(labels))?.round === this.#round;
  }

  /** Drops the series of owners that are not known. */
  keep(isKnown: (owner: string) => boolean): void {
    for (const { text, owner } of this.#series.values()) {
      if (owner !== undefined && !isKnown(owner)) {
        this.#series.delete(text);
      }
    }
  }

  /** Drops all series but those set again in this turn of the event loop. */
  restart(): void {
    for (const { text, round } of this.#series.values()) {
      if (round !== this.#round) {
        this.#series.delete(text);
      }
    }
    this.#round++;
  }

  /** Its text, a part after the other; the series are those of when the first one is asked for. */
  *parts(): Generator<string> {
    const all = [...this.#series.values()].filter(({ round }) => round === this.#round);
    yield this.#head;
    for (let start = 0; start < all.length; start += seriesPerPart) {
      let part = '';
      for (const { text, value } of all.slice(start, start + seriesPerPart)) {
        part += `\n${text}${value}`;
      }
      yield part;
    }
  }

  #of(labels: Labels, owner?: string): Series {
    const text = this.#textOf(labels);
    const known = this.#series.get(text);
    if (known === undefined) {
      const series = { text, owner, value: 0, round: this.#round };
      this.#series.set(text, series);
      return series;
    }
    if (known.round !== this.#round) {
      known.round = this.#round;
      known.value = 0;
    }
    return known;
  }

  #textOf(labels: Labels): string {
    let text = '';
    for (const [name, opening] of this.#labels) {
      const value = labels[name];
      if (value !== undefined) {
        text += `${text === '' ? '' : ','}${opening}${escaped(value)}"`;
      }
    }
    text += text === '' || this.#constant === '' ? this.#constant : `,${this.#constant}`;
    return text === '' ? `${this.#name} ` : `${this.#name}{${text}} `;
  }
}

/** As a label value is written, with nothing in it that a terminal obeys. */
function escaped(value: string): string {
  // Nearly always.
  if (!/[^\x20-\x7e]|["\\]/.test(value)) {
    return value;
  }
  const written = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  return visibleMetrics(written);
}
