import { type Finding, type Status, summarize } from '../../checks/finding.js';
import { findingItem } from './finding.js';
import { type Html, html } from './html.js';
import { badge, type Page } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import { resultOf, worstStatusOf } from './state-line.js';
import type { AgentView } from './view.js';

const statuses = [
  ['', 'all but passed'],
  ['fail', 'failed'],
  ['warn', 'warnings'],
  ['unknown', 'not judged'],
  ['pass', 'passed'],
] as const;

/** How many findings of one check and status stand open; the rest are a click away. */
const shownPerCheck = 4;
/** However many match, the page stays one that can be read. */
const mostShown = 400;

/** The verdict in a sentence, and what is wrong, worst first. */
export function renderNow(view: AgentView, query: Query): Page {
  const summary = summarize(view.findings());
  const wanted = view
    .findings()
    .filter(({ status }) => (query.status === undefined ? status !== 'pass' : status === query.status))
    .filter((one) =>
      isWanted(query, one.component, one.instance, one.endpoint, one.identity, one.check, one.message, one.remediation),
    );
  const count = (status: Status, word: string) =>
    html`<li><a class="count ${status}" href="${linkTo('/', { ...query, status })}"><b>${summary[status]}</b> ${word}</a></li>`;
  const body = html`<div role="status" id="verdict"><h1 class="verdict ${view.ready() ? worstStatusOf(view) : 'unknown'}">${resultOf(view)}</h1></div>
<ul class="counts" aria-label="Findings by status">${count('fail', 'failed')}${count('warn', 'warnings')}${count('unknown', 'not judged')}${count('pass', 'passed')}</ul>
${filterForm({
  path: '/',
  query,
  components: view.findings().map(({ component }) => component),
  statuses,
  count: `${wanted.length} of ${view.findings().length} findings`,
})}
<h2 class="unseen">Findings, worst first</h2>
${wanted.length === 0 ? nothing(view, query) : findingList(wanted.slice(0, mostShown), view)}
${wanted.length > mostShown && html`<p class="quiet">${wanted.length - mostShown} more are not shown: narrow the filter.</p>`}`;
  return { title: 'Now', body };
}

function nothing(view: AgentView, query: Query): Html {
  if (query.text !== '' || query.component !== undefined || query.status !== undefined) {
    return html`<p class="empty">No finding matches. <a href="/">Show all</a></p>`;
  }
  return view.ready()
    ? html`<p class="empty">${badge('pass', 'nothing to do')} Every check passed. <a href="/?status=pass">See what was checked</a></p>`
    : html`<p class="empty">The first look at every port is not finished.</p>`;
}

/** In the order given; what one check says many times in a row is folded after the first few. */
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
