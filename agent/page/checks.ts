import { checks } from '../../checks/catalogue.js';
import { summarize } from '../../checks/finding.js';
import { findingItem } from './finding.js';
import { html } from './html.js';
import { inline, markdown } from './markdown.js';
import { badge, dot, type Page, table, worstOf } from './parts.js';
import { isWanted, type Query } from './query.js';
import type { AgentView } from './view.js';

/** Every check, with its status and the number of its findings. */
export function renderChecks(view: AgentView): Page {
  const rows = checks.map(({ id, title }) => {
    const findings = view.findings().filter(({ check }) => check === id);
    const { fail, warn, unknown, pass } = summarize(findings);
    return [
      findings.length === 0 ? html`<span class="quiet" title="no finding">–</span>` : dot(worstOf(findings)),
      html`<a href="/checks/${id}">${id}</a>`,
      inline(title),
      ...[fail, warn, unknown, pass].map((count) => (count === 0 ? html`<span class="quiet">0</span>` : count)),
    ];
  });
  const body = html`<h1>Checks</h1><p class="lead">Every check has a page with its explanation.</p>
${table('Every check with the number of its findings', ['status', 'check', 'passes when', 'failed', 'warnings', 'inconclusive', 'passed'], rows)}`;
  return { title: 'Checks', body };
}

const mostShown = 200;

/** The explanation of one check, as in docs/checks.md, and its findings. */
export function renderCheck(view: AgentView, id: string, query: Query): Page | undefined {
  const check = checks.find((one) => one.id === id);
  if (check === undefined) {
    return undefined;
  }
  const findings = view
    .findings()
    .filter((one) => one.check === id && isWanted(query, one.component, one.instance, one.message));
  const body = html`<h1>${inline(check.title)}</h1>
<p class="lead">${badge(worstOf(findings))} <code>${id}</code>, ${check.severity === 'fail' ? 'can fail' : 'warns at most'}</p>
<div class="prose">${markdown(check.description)}<p><b>Fix.</b> ${inline(check.remediation)}</p></div>
<h2>Findings</h2>
${findings.length === 0 ? html`<p class="empty">None: nothing here is subject to this check.</p>` : html`<ul class="findings">${findings.slice(0, mostShown).map((one) => findingItem(one, view))}</ul>`}
${findings.length > mostShown && html`<p class="quiet">${findings.length - mostShown} more are in the <a href="/?q=${id}">Overview</a>.</p>`}`;
  return { title: id, body };
}
