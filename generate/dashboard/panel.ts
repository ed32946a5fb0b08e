/** A panel, as the row files declare it. `render.ts` renders Grafana's JSON. */
export interface Panel {
  readonly kind: 'stat' | 'table' | 'timeseries' | 'bargauge';
  readonly title: string;
  /** What it shows, and what an empty panel means. */
  readonly description: string;
  /** Of the 24 columns of a dashboard. */
  readonly width: number;
  /** In steps of 30 pixels. */
  readonly height: number;
  readonly queries: readonly Query[];
  readonly style?: Style;
  /** Tables: the columns of values, in the order of the queries. Labels are columns by themselves. */
  readonly columns?: readonly Column[];
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** How values are shown. Units are those of Grafana. */
export interface Style {
  readonly unit?: string;
  readonly decimals?: number;
  readonly max?: number;
  readonly colours?: readonly Colour[];
  readonly words?: Readonly<Record<number, string>>;
}

export interface Column {
  readonly name: string;
  readonly style?: Style;
}

/** A colour and the lowest value that it applies to. The first one applies to all lower values. */
export interface Colour {
  readonly colour: string;
  readonly from?: number;
}

export interface Row {
  readonly title: string;
  /** One sentence for docs/grafana.md. */
  readonly summary: string;
  readonly panels: readonly Panel[];
}
