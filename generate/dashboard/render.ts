import { definitions } from '../../metrics/definitions.js';
import { agentRow } from './agent.js';
import { expiryRow } from './expiry.js';
import { matrixRow } from './matrix.js';
import type { Column, Panel, Row, Style } from './panel.js';
import { proxyRow } from './proxy.js';
import { rejectionsRow } from './rejections.js';
import { rotationRow } from './rotation.js';
import { resultRow } from './summary.js';

export const rows: readonly Row[] = [resultRow, expiryRow, matrixRow, rotationRow, rejectionsRow, agentRow, proxyRow];

const datasource = '$datasource';
const columnsOfPage = 24;

/**
 * deploy/grafana/tidb-mtls.json: the classic model of Grafana 7.5, which later releases migrate when they load it.
 * The data source is a variable, so nothing has to be replaced in the file.
 */
export function renderDashboard(): string {
  return `${JSON.stringify(
    {
      title: 'TiDB-mTLS',
      uid: 'tidb-mtls',
      tags: ['tidb', 'tls'],
      description: 'Mutual TLS between TiDB components, as verified by tidb-mtls-agent.',
      schemaVersion: 27,
      version: 1,
      editable: true,
      graphTooltip: 1,
      refresh: '1m',
      time: { from: 'now-24h', to: 'now' },
      timezone: 'browser',
      annotations: { list: [] },
      links: [],
      templating: { list: variables() },
      panels: panels(),
    },
    undefined,
    2,
  )}\n`;
}

/** `.*` also matches series without the label, as under TiUP. */
function variables() {
  const finding = definitions.findingStatus.name;
  const inCluster = 'tidb_cluster=~"$tidb_cluster"';
  return [
    {
      type: 'datasource',
      name: 'datasource',
      label: 'Data source',
      query: 'prometheus',
      regex: '',
      refresh: 1,
      hide: 0,
    },
    labelVariable('tidb_cluster', 'Cluster', `label_values(${definitions.buildInfo.name}, tidb_cluster)`),
    labelVariable('component', 'Component', `label_values(${finding}{${inCluster}}, component)`),
    labelVariable('instance', 'Instance', `label_values(${finding}{${inCluster},component=~"$component"}, instance)`),
  ];
}

function labelVariable(name: string, label: string, query: string) {
  return {
    type: 'query',
    name,
    label,
    datasource,
    query,
    definition: query,
    regex: '',
    refresh: 2,
    sort: 1,
    hide: 0,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

/** Rows are placed below each other, panels of a row from left to right, and below when the row is full. */
function panels(): readonly object[] {
  const rendered: object[] = [];
  let top = 0;
  for (const { title, panels } of rows) {
    rendered.push({
      id: rendered.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: top, w: 24, h: 1 },
    });
    top++;
    let left = 0;
    let bottom = top;
    for (const panel of panels) {
      const { width: w, height: h } = panel;
      if (left + w > columnsOfPage) {
        left = 0;
        top = bottom;
      }
      rendered.push({ id: rendered.length + 1, gridPos: { x: left, y: top, w, h }, ...renderPanel(panel) });
      left += w;
      bottom = Math.max(bottom, top + h);
    }
    top = bottom;
  }
  return rendered;
}

function renderPanel(panel: Panel): object {
  const { kind, title, description, queries, columns = [], style = {} } = panel;
  const table = kind === 'table';
  const names = queries.map((_, index) => refId(index));
  return {
    type: kind,
    title,
    description,
    datasource,
    targets: queries.map(({ expr, legend = '' }, index) => ({
      refId: refId(index),
      expr,
      legendFormat: legend,
      interval: '',
      ...(kind === 'timeseries' ? {} : { instant: true }),
      ...(table ? { format: 'table' } : {}),
    })),
    fieldConfig: {
      defaults: { ...styleOf(style), ...(kind === 'timeseries' ? { custom: line } : {}) },
      overrides: columns.map(overrideOf),
    },
    options: options[kind],
    ...(table ? { transformations: transformations(names, columns) } : {}),
  };
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

const line = { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: false };
const lastValue = { calcs: ['lastNotNull'], fields: '', values: false };

const options: Readonly<Record<Panel['kind'], object>> = {
  stat: {
    reduceOptions: lastValue,
    orientation: 'auto',
    textMode: 'auto',
    colorMode: 'background',
    graphMode: 'none',
    justifyMode: 'auto',
  },
  bargauge: { reduceOptions: lastValue, orientation: 'horizontal', displayMode: 'basic', showUnfilled: true },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom', calcs: [] }, tooltip: { mode: 'multi' } },
  table: { showHeader: true },
};

function styleOf({ unit, decimals, max, colours, words }: Style) {
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(max === undefined ? {} : { min: 0, max }),
    ...(colours === undefined ? {} : { color: { mode: 'thresholds' }, thresholds: thresholdsOf(colours) }),
    ...(words === undefined ? {} : { mappings: mappingsOf(words) }),
  };
}

function thresholdsOf(colours: NonNullable<Style['colours']>) {
  return { mode: 'absolute', steps: colours.map(({ colour, from = null }) => ({ color: colour, value: from })) };
}

/** Value mappings of Grafana 7.5. Later releases migrate them. */
function mappingsOf(words: NonNullable<Style['words']>) {
  return Object.entries(words).map(([value, text], id) => ({ id, type: 1, op: '=', value, text }));
}

function overrideOf({ name, style = {} }: Column) {
  const cell = style.colours === undefined ? {} : { 'custom.displayMode': 'color-background' };
  return {
    matcher: { id: 'byName', options: name },
    properties: Object.entries({ ...styleOf(style), ...cell }).map(([id, value]) => ({ id, value })),
  };
}

/** Labels first, then the values by their names. With one query, Grafana names its value `Value`. */
function transformations(names: readonly string[], columns: readonly Column[]) {
  const fields = (names.length === 1 ? ['Value'] : names.map((name) => `Value #${name}`)).map(
    (field, index) => [field, columns[index]?.name ?? field] as const,
  );
  return [
    { id: 'merge', options: {} },
    {
      id: 'organize',
      options: { excludeByName: { Time: true }, indexByName: {}, renameByName: Object.fromEntries(fields) },
    },
  ];
}
