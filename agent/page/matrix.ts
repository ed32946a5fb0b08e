import { counted } from '../../checks/counted.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import {
  type AccessCell,
  type AccessRow,
  type AccessState,
  accessMatrixOf,
  type ColumnName,
} from '../report/access-matrix.js';
import { type Html, html } from './html.js';
import { endpointPath, type Page } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import type { AgentView } from './view.js';

const shapes: Readonly<Record<AccessState, readonly [string, string]>> = {
  accepted: ['✓', 'accepted'],
  rejected: ['–', 'rejected'],
  'wrongly-accepted': ['!', 'wrongly accepted'],
  'wrongly-rejected': ['✗', 'wrongly rejected'],
  'rejects-server': ['≠', 'rejects the server'],
  plaintext: ['P', 'plaintext'],
  open: ['○', 'open'],
  'unused-entry': ['∘', 'unused entry'],
  inconclusive: ['?', 'inconclusive'],
  unknown: ['·', 'unknown'],
};

/** Ports with equal cells, shown as one row. */
interface Group {
  readonly first: AccessRow;
  readonly members: readonly AccessRow[];
}

/** Who may call whom: what probes observed, and for cells without a probe what allow-lists and names imply. */
export function renderMatrix(view: AgentView, query: Query): Page {
  const { columns, rows } = accessMatrixOf(view.matrix(), view.observations(), view.findings());
  const wanted = rows.filter((row) =>
    isWanted(
      query,
      row.instance.component,
      row.instance.name,
      row.endpoint.name,
      formatAddress(row.endpoint),
      ...row.cells.map(({ state }) => shapes[state][1]),
    ),
  );
  const groups = query.all ? wanted.map((row) => ({ first: row, members: [row] })) : groupsOf(wanted);
  const merged = wanted.length - groups.length;
  const body = html`<h1>Matrix</h1><p class="lead">Rows are ports; columns are their callers and the unauthorized clients. A filled cell was probed, a pale one is what lists and names imply.</p>
${filterForm({
  path: '/matrix',
  query,
  components: rows.map(({ instance }) => instance.component),
  count: `${wanted.length} of ${counted(rows.length, 'port')}${merged > 0 ? ` in ${groups.length} rows` : ''}`,
})}
${groups.length === 0 ? html`<p class="empty">No port matches.</p>` : grid(columns, groups, query)}
${merged > 0 && html`<p class="quiet">Ports with equal cells share a row. <a href="${linkTo('/matrix', { ...query, all: true })}">One row per port</a></p>`}
${query.all && html`<p class="quiet"><a href="${linkTo('/matrix', { ...query, all: false })}">One row for ports with equal cells</a></p>`}
${legend()}`;
  return { title: 'Matrix', body };
}

function groupsOf(rows: readonly AccessRow[]): readonly Group[] {
  const groups = new Map<string, AccessRow[]>();
  for (const row of rows) {
    const cells = row.cells.map(({ state, probed }) => `${state}${probed ? '!' : ''}`).join(' ');
    const key = `${row.instance.component} ${row.endpoint.name} ${cells}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((members) => (members[0] === undefined ? [] : [{ first: members[0], members }]));
}

function grid(columns: readonly ColumnName[], groups: readonly Group[], query: Query): Html {
  const heads = columns.map((column) => html`<th scope="col" class="caller"><span>${column}</span></th>`);
  const body = groups.map(
    ({ first, members }) =>
      html`<tr><th scope="row">${label(first, members, query)}</th>${first.cells.map((cell) => square(cell, first, members.length))}</tr>
`,
  );
  return html`<div class="grid" id="grid" role="region" aria-label="Callers and ports" tabindex="0"><table><caption class="unseen">Callers and ports</caption><thead><tr><th scope="col">port</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function label({ instance, endpoint }: AccessRow, members: readonly AccessRow[], query: Query): Html {
  const { component, name } = instance;
  if (members.length === 1) {
    return html`<a href="${endpointPath(component, name, endpoint.name)}"><b>${component}</b> ${endpoint.name} <span class="quiet">${formatAddress(endpoint)}</span></a>`;
  }
  const path = linkTo('/matrix', { component, text: `${query.text} ${endpoint.name}`.trim(), all: true });
  return html`<a href="${path}"><b>${component}</b> ${endpoint.name} <span class="quiet">${counted(members.length, 'port')}</span></a>`;
}

/** The reason is shown at the foot of the window on hover and on focus: there it is never cut off. */
function square({ column, state, probed, reason }: AccessCell, row: AccessRow, count: number): Html {
  const { instance, endpoint } = row;
  const [shape, words] = shapes[state];
  const where = count === 1 ? `${instance.component} ${instance.name} ${endpoint.name}` : `each of ${count} ports`;
  return html`<td><a class="cell ${state} ${probed ? 'probed' : 'implied'}" href="${endpointPath(instance.component, instance.name, endpoint.name)}"><span aria-hidden="true">${shape}</span><span class="tip"><b>${column}</b> at ${where}: <b>${words}</b>${!probed && ', by its allow-list'}: ${reason}</span></a></td>`;
}

function legend(): Html {
  return html`<h2>Legend</h2><ul class="legend">${Object.entries(shapes).map(
    ([state, [shape, words]]) =>
      html`<li><span class="cell ${state} probed" aria-hidden="true">${shape}</span> ${words}</li>`,
  )}<li><span class="cell accepted implied" aria-hidden="true">✓</span> pale: by lists and names, not probed</li></ul>`;
}
