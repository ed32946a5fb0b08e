/** What a row file says of a panel; `render.ts` makes Grafana's JSON of it. */
export interface Panel {
  readonly kind: 'stat' | 'table' | 'timeseries' | 'bargauge';
  readonly title: string;
  /** What it tells, and what its emptiness means. */
  readonly description: string;
  /** Of the 24 columns of a dashboard. */
  readonly width: number;
  /** In steps of 30 pixels. */
  readonly height: number;
  readonly queries: readonly Query[];
  readonly look?: Look;
  /** Tables: the columns of values, in the order of the queries. Labels are columns by themselves. */
  readonly columns?: readonly Column[];
}

export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** How values are shown; units are Grafana's. */
export interface Look {
  readonly unit?: string;
  readonly decimals?: number;
  readonly max?: number;
  readonly colours?: readonly Colour[];
  readonly words?: Readonly<Record<number, string>>;
}

export interface Column {
  readonly name: string;
  readonly look?: Look;
}

/** A colour and where it begins; the first begins below everything. */
export interface Colour {
  readonly colour: string;
  readonly from?: number;
}

export interface Row {
  readonly title: string;
  /** One sentence for docs/grafana.md. */
  readonly tells: string;
  readonly panels: readonly Panel[];
}
