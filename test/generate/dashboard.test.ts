import t from 'tap';
import { parse } from 'yaml';
import { renderRecordings, renderRules } from '../../generate/rules/render.js';
import { definitions } from '../../metrics/definitions.js';
import { proxyDefinitions } from '../../metrics/proxy-definitions.js';
import { type DashboardPanel, dashboard, filledIn, namesIn, queries } from '../support/dashboard.js';

interface Group {
  readonly rules: readonly { readonly record?: string }[];
}

function recordedIn(rules: string): readonly string[] {
  return (parse(rules).groups as readonly Group[]).flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
}

const labels = new Map<string, readonly string[]>(
  [...Object.values(definitions), ...Object.values(proxyDefinitions)].flatMap(({ name, type, labels }) =>
    type === 'histogram'
      ? ([
          [`${name}_bucket`, [...labels, 'le']],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ] as const)
      : [[name, labels] as const],
  ),
);

/** Labels that the scraper and `label_replace` add. */
const added = ['tidb_cluster', 'instance', 'position'];

t.test('every query parses and uses only metrics and labels that exist', async (t) => {
  const recorded = new Set([...recordedIn(renderRules()), ...recordedIn(renderRecordings())]);
  for (const { place, expr } of queries) {
    const names = namesIn(filledIn(expr));
    t.ok(names.valid, `${place}: ${expr}`);
    t.ok(names.metrics.length > 0, place);
    const known = new Set(added);
    for (const metric of names.metrics) {
      t.ok(labels.has(metric) || recorded.has(metric), `${place}: ${metric}`);
      for (const label of labels.get(metric) ?? ['component', 'version']) {
        known.add(label);
      }
    }
    for (const label of names.labels) {
      t.ok(known.has(label), `${place}: label ${label}`);
    }
    t.notMatch(names.labels, ['job'], place);
  }
});

t.test('the parser rejects an invalid query', async (t) => {
  t.notOk(namesIn('sum by (a) (b').valid);
  t.match(namesIn('sum by (a) (b{job="x"})'), { metrics: ['b'], labels: ['a', 'job'], valid: true });
});

t.test('the model is one that Grafana 7.5 loads', async (t) => {
  t.equal(dashboard.schemaVersion, 27);
  t.match(dashboard.uid, /^[\w-]{1,40}$/);
  const ids = dashboard.panels.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length, 'ids are unique');
  // No plugin, none of the Angular panels that later releases lack, none that came after 7.5.
  const types = new Set(dashboard.panels.map(({ type }) => type));
  t.strictSame([...types].sort(), ['bargauge', 'row', 'stat', 'table', 'timeseries']);
  for (const { type, title, datasource, targets = [], description } of dashboard.panels.filter(isNoRow)) {
    t.equal(datasource, '$datasource', `${title}: the data source is a string`);
    t.ok(targets.length > 0 && (description ?? '').length > 0, `${title}: ${type}`);
    t.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, `${title}: refIds`);
    t.ok(targets.every(({ refId }) => /^[A-Z]$/.test(refId)));
  }
  t.notMatch(JSON.stringify(dashboard), /\$\{DS_|__inputs/, 'nothing has to be replaced');
});

function isNoRow({ type }: DashboardPanel): boolean {
  return type !== 'row';
}

t.test('panels fill the grid without overlapping', async (t) => {
  const cells = new Map<string, string>();
  for (const { title, gridPos } of dashboard.panels) {
    const { x, y, w, h } = gridPos;
    t.ok(x >= 0 && w > 0 && h > 0 && x + w <= 24, title);
    for (let column = x; column < x + w; column++) {
      for (let line = y; line < y + h; line++) {
        const cell = `${column} ${line}`;
        t.equal(cells.get(cell), undefined, `${title} at ${cell}`);
        cells.set(cell, title);
      }
    }
  }
});

t.test('each styled column of a table exists', async (t) => {
  for (const { title, targets = [], fieldConfig, transformations = [] } of dashboard.panels) {
    const organize = transformations.find(({ id }) => id === 'organize')?.options as
      | { readonly renameByName: Readonly<Record<string, string>> }
      | undefined;
    if (organize !== undefined) {
      const names = Object.values(organize.renameByName);
      t.equal(names.length, targets.length, `${title}: a name for each query`);
      t.equal(new Set(names).size, names.length, `${title}: no name twice`);
      for (const { matcher } of fieldConfig?.overrides ?? []) {
        t.ok(names.includes(matcher.options), `${title}: ${matcher.options}`);
      }
    }
  }
});

t.test('variables filter by labels that may be absent', async (t) => {
  const variables = dashboard.templating.list;
  t.strictSame(
    variables.map(({ name }) => name),
    ['datasource', 'tidb_cluster', 'component', 'instance'],
  );
  t.match(variables[0], { type: 'datasource', query: 'prometheus' });
  for (const variable of variables.slice(1)) {
    t.match(variable, { type: 'query', datasource: '$datasource', includeAll: true, allValue: '.*' }, variable.name);
  }
  for (const { place, expr } of queries) {
    t.match(expr, /tidb_cluster=~"\$tidb_cluster"/, place);
  }
});
