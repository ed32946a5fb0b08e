import { checks } from '../../checks/catalogue.js';
import { summarize } from '../../checks/finding.js';
import { findingItem } from './finding.js';
import { html } from './html.js';
import { inline, markdown } from './markdown.js';
import { badge, dot, type Page, table, worstOf } from './parts.js';
import { isWanted, type Query } from './query.js';
import type { AgentView } from './view.js';

/** Every check, and how it stands. */
export function renderChecks(view: AgentView): Page {
  const rows = checks.map(({ id, title }) => {
    const findings = view.findings().filter(({ check }) => check === id);
    const { fail, warn, unknown, pass } = summarize(findings);
    return [
      findings.length === 0 ? html`<span class="quiet" title="nothing to look at">–</span>` : dot(worstOf(findings)),
      html`<a href="/checks/${id}">${id}</a>`,
      inline(title),
      ...[fail, warn, unknown, pass].map((count) => (count === 0 ? html`<span class="quiet">0</span>` : count)),
    ];
  });
  const body = html`<h1>Checks</h1><p class="lead">What is looked at; each has a page that says why.</p>
${table('Every check with the number of its findings', ['now', 'check', 'what holds when it passes', 'failed', 'warnings', 'not judged', 'passed'], rows)}`;
  return { title: 'Checks', body };
}

const mostShown = 200;

/** Why a check is there, what to do, and what it says now: the text of docs/checks.md. */
export function renderCheck(view: AgentView, id: string, query: Query): Page | undefined {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) {
    return undefined;
  }
  const findings = view
    .findings()
    .filter((one) => one.check === id && isWanted(query, one.component, one.instance, one.message));
  const body = html`<h1>${inline(check.title)}</h1>
<p class="lead">${badge(worstOf(findings))} <code>${id}</code>, at worst ${check.severity === 'fail' ? 'a failure' : 'a warning'}</p>
<div class="prose">${markdown(check.description)}<p><b>Cure.</b> ${inline(check.remediation)}</p></div>
<h2>What it says now</h2>
${findings.length === 0 ? html`<p class="empty">Nothing: there is nothing here that it looks at.</p>` : html`<ul class="findings">${findings.slice(0, mostShown).map((one) => findingItem(one, view))}</ul>`}
${findings.length > mostShown && html`<p class="quiet">${findings.length - mostShown} more are on <a href="/?q=${id}">Now</a>.</p>`}`;
  return { title: id, body };
}
