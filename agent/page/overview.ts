import { counted } from '../../checks/counted.js';
import { type Finding, type Status, summarize } from '../../checks/finding.js';
import { stateInWords, worstStatusOf } from './cluster-state.js';
import { findingItem } from './finding.js';
import { type Html, html } from './html.js';
import { incidentItem } from './incident.js';
import { badge, type Page } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import type { AgentView } from './view.js';

const statuses = [
  ['', 'all but passed'],
  ['fail', 'failed'],
  ['warn', 'warnings'],
  ['unknown', 'inconclusive'],
  ['accepted', 'accepted'],
  ['pass', 'passed'],
] as const;

/** Findings of one check and status that are shown; the others are folded. */
const shownPerCheck = 4;
/** The most findings on the page, however many match. */
const mostShown = 400;

/** The most incidents on the page. */
const mostIncidents = 100;

/** The state of the cluster in a sentence, and the incidents, worst first; with a filter the findings that it matches. */
export function renderOverview(view: AgentView, query: Query): Page {
  const summary = summarize(view.findings());
  const filtered = query.status !== undefined || query.text !== '' || query.component !== undefined;
  const incidents = filtered ? [] : view.incidents();
  const explained = new Set(incidents.flatMap(({ findings }) => findings));
  const wanted = view
    .findings()
    .filter((one) => !explained.has(one))
    .filter(({ status }) => (query.status === undefined ? status !== 'pass' : status === query.status))
    .filter((one) =>
      isWanted(query, one.component, one.instance, one.endpoint, one.identity, one.check, one.message, one.remediation),
    );
  const count = (status: Status, word: string) =>
    html`<li><a class="count ${status}" href="${linkTo('/', { ...query, status })}"><b>${summary[status]}</b> ${word}</a></li>`;
  const body = html`<div role="status" id="cluster-state"><h1 class="cluster-state ${view.ready() ? worstStatusOf(view) : 'unknown'}">${stateInWords(view)}</h1></div>
<ul class="counts" aria-label="Findings by status">${count('fail', 'failed')}${count('warn', 'warnings')}${count('unknown', 'inconclusive')}${count('pass', 'passed')}</ul>
${filterForm({
  path: '/',
  query,
  components: view.findings().map(({ component }) => component),
  statuses,
  count: filtered
    ? `${wanted.length} of ${view.findings().length} findings`
    : `${counted(incidents.length, 'incident')}, ${view.findings().length} findings`,
})}
${incidents.length > 0 && html`<h2 class="unseen">Incidents, worst first</h2><ul class="findings" id="incidents">${incidents.slice(0, mostIncidents).map((one) => incidentItem(one, view))}</ul>`}
${incidents.length > mostIncidents && html`<p class="quiet">${incidents.length - mostIncidents} more incidents are in <a href="/api/v1/findings">the data</a>.</p>`}
<h2 class="unseen">Findings, worst first</h2>
${wanted.length > 0 ? findingList(wanted.slice(0, mostShown), view) : incidents.length === 0 && nothing(view, query)}
${wanted.length > mostShown && html`<p class="quiet">${wanted.length - mostShown} more are not shown: narrow the filter.</p>`}`;
  return { title: 'Overview', body };
}

function nothing(view: AgentView, query: Query): Html {
  if (query.text !== '' || query.component !== undefined || query.status !== undefined) {
    return html`<p class="empty">No finding matches. <a href="/">Show all</a></p>`;
  }
  return view.ready()
    ? html`<p class="empty">${badge('pass', 'healthy')} Every check passed. <a href="/?status=pass">Show what was checked</a></p>`
    : html`<p class="empty">The first cycle of probes is not finished.</p>`;
}

/** In the order given, by check and status; all after the first few of a check are folded. */
function findingList(findings: readonly Finding[], view: AgentView): Html {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.status} ${finding.check}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return html`${[...groups].map(([key, members]) => {
    const [open, folded] = [members.slice(0, shownPerCheck), members.slice(shownPerCheck)];
    return html`<ul class="findings" id="${key.replace(' ', '-')}">${open.map((one) => findingItem(one, view))}</ul>${
      folded.length > 0 &&
      html`<details class="more" id="more-${key.replace(' ', '-')}"><summary>${folded.length} more of ${members[0]?.check}</summary><ul class="findings">${folded.map((one) => findingItem(one, view))}</ul></details>`
    }`;
  })}`;
}
