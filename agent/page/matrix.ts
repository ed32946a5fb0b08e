import { formatAddress } from '../../cluster/inventory/address.js';
import { type CellState, type ColumnName, type StateCell, type StateRow, stateMatrixOf } from '../report/matrix.js';
import { type Html, html } from './html.js';
import { counted, endpointPath, type Page } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import type { AgentView } from './view.js';

const shapes: Readonly<Record<CellState, readonly [string, string]>> = {
  accepted: ['✓', 'accepted'],
  rejected: ['–', 'rejected'],
  'wrongly-accepted': ['!', 'should have been refused'],
  'wrongly-rejected': ['✗', 'refused, though it needs the port'],
  'distrusts-server': ['≠', 'would not trust this server'],
  plaintext: ['P', 'plaintext'],
  open: ['○', 'open to whoever comes'],
  unused: ['∘', 'let in, though it calls nothing here'],
  inconclusive: ['?', 'inconclusive'],
  unknown: ['·', 'not known'],
};

const columnTitles: Partial<Record<ColumnName, string>> = {
  'no-certificate': 'no certificate',
  'foreign-ca': 'foreign CA',
  'wrong-name': 'other name',
};

/** Ports that stand alike to every caller, as one row. */
interface Alike {
  readonly first: StateRow;
  readonly members: readonly StateRow[];
}

/** Who may call whom: what was seen, and where nobody tried, what the lists say. */
export function renderMatrix(view: AgentView, query: Query): Page {
  const { columns, rows } = stateMatrixOf(view.matrix(), view.observations(), view.findings());
  const wanted = rows.filter((row) =>
    isWanted(
      query,
      row.instance.component,
      row.instance.name,
      row.endpoint.name,
      formatAddress(row.endpoint),
      ...row.cells.map(({ result }) => shapes[result][1]),
    ),
  );
  const groups = query.all ? wanted.map((row) => ({ first: row, members: [row] })) : alike(wanted);
  const merged = wanted.length - groups.length;
  const body = html`<h1>Matrix</h1><p class="lead">Rows are ports, columns who calls them. Bold was tried, pale is what lists and names say.</p>
${filterForm({
  path: '/matrix',
  query,
  components: rows.map(({ instance }) => instance.component),
  count: `${wanted.length} of ${counted(rows.length, 'port')}${merged > 0 ? ` in ${groups.length} rows` : ''}`,
})}
${groups.length === 0 ? html`<p class="empty">No port matches.</p>` : grid(columns, groups, query)}
${merged > 0 && html`<p class="quiet">Ports that stand alike to everybody share a row. <a href="${linkTo('/matrix', { ...query, all: true })}">One row per port</a></p>`}
${query.all && html`<p class="quiet"><a href="${linkTo('/matrix', { ...query, all: false })}">One row for ports that stand alike</a></p>`}
${legend()}`;
  return { title: 'Matrix', body };
}

function alike(rows: readonly StateRow[]): readonly Alike[] {
  const groups = new Map<string, StateRow[]>();
  for (const row of rows) {
    const cells = row.cells.map(({ result, tried }) => `${result}${tried ? '!' : ''}`).join(' ');
    const key = `${row.instance.component} ${row.endpoint.name} ${cells}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((members) => (members[0] === undefined ? [] : [{ first: members[0], members }]));
}

function grid(columns: readonly ColumnName[], groups: readonly Alike[], query: Query): Html {
  const heads = columns.map(
    (column) => html`<th scope="col" class="caller"><span>${columnTitles[column] ?? column}</span></th>`,
  );
  const body = groups.map(
    ({ first, members }) =>
      html`<tr><th scope="row">${label(first, members, query)}</th>${first.cells.map((cell) => square(cell, first, members.length))}</tr>
`,
  );
  return html`<div class="grid" id="grid" role="region" aria-label="Callers and ports" tabindex="0"><table><caption class="unseen">Callers and ports</caption><thead><tr><th scope="col">port</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function label({ instance, endpoint }: StateRow, members: readonly StateRow[], query: Query): Html {
  const { component, name } = instance;
  if (members.length === 1) {
    return html`<a href="${endpointPath(component, name, endpoint.name)}"><b>${component}</b> ${endpoint.name} <span class="quiet">${formatAddress(endpoint)}</span></a>`;
  }
  const path = linkTo('/matrix', { component, text: `${query.text} ${endpoint.name}`.trim(), all: true });
  return html`<a href="${path}"><b>${component}</b> ${endpoint.name} <span class="quiet">${counted(members.length, 'port')}</span></a>`;
}

/** The reason shows at the foot of the window on hover and on focus: there it is never cut off. */
function square({ column, result, tried, reason }: StateCell, row: StateRow, count: number): Html {
  const { instance, endpoint } = row;
  const [shape, words] = shapes[result];
  const where = count === 1 ? `${instance.component} ${instance.name} ${endpoint.name}` : `each of ${count} ports`;
  const title = columnTitles[column] ?? column;
  return html`<td><a class="cell ${result} ${tried ? 'tried' : 'reported'}" href="${endpointPath(instance.component, instance.name, endpoint.name)}"><span aria-hidden="true">${shape}</span><span class="tip"><b>${title}</b> at ${where}: <b>${words}</b>${!tried && ' by its list'}. ${reason}</span></a></td>`;
}

function legend(): Html {
  return html`<h2>Legend</h2><ul class="legend">${Object.entries(shapes).map(
    ([result, [shape, words]]) =>
      html`<li><span class="cell ${result} tried" aria-hidden="true">${shape}</span> ${words}</li>`,
  )}<li><span class="cell accepted reported" aria-hidden="true">✓</span> pale: by lists and names, not tried</li></ul>`;
}
