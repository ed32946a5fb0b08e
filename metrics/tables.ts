import type { MetricKey } from './definitions.js';
import type { SeriesTable } from './series-table.js';

export type Tables = Readonly<Record<MetricKey, SeriesTable>>;
