import type { Finding } from '../../checks/finding.js';
import type { AgentView } from '../http/view.js';
import { type Html, html } from './html.js';
import { badge, duration, facts, place } from './parts.js';

/** One finding: what, where, since when, the cure, the evidence, and why it is looked at. */
export function findingItem(finding: Finding, view: AgentView): Html {
  const { status, check, message, cure, evidence } = finding;
  const since = view.since(finding);
  const pairs = Object.entries(evidence).map(
    ([name, value]) => [name, typeof value === 'object' ? value.join(', ') : String(value)] as const,
  );
  return html`<li class="finding ${status}"><div class="head">${badge(status)} ${place(finding)}<span class="aside">${
    since !== undefined && html`${duration(since, view.now())} · `
  }<a href="/checks/${check}">${check}</a></span></div>
<p class="message">${message}</p>${cure !== '' && html`<p class="cure"><span class="unseen">Cure: </span>${cure}</p>`}${
    pairs.length > 0 && html`<details class="evidence"><summary>Evidence</summary>${facts(pairs)}</details>`
  }</li>
`;
}
