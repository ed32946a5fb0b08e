import { createHash } from 'node:crypto';
import type { Finding } from '../../checks/finding.js';
import { type Html, html } from './html.js';
import { badge, duration, facts, locationLinks, sentence } from './parts.js';
import type { AgentView } from './view.js';

/** One finding: location, time in this status, message, fix, evidence, and a link to the explanation of its check. */
export function findingItem(finding: Finding, view: Pick<AgentView, 'since' | 'now'>): Html {
  const { status, check, message, remediation, evidence } = finding;
  const since = view.since(finding);
  const aside = html`<span class="aside">${since !== undefined && html`${duration(since, view.now())} · `}<a href="/checks/${check}">${check}</a></span>`;
  if (status === 'pass') {
    return html`<li class="finding pass" id="${idOf(finding)}"><div class="head">${badge(status)} ${locationLinks(finding)} <span class="quiet">${sentence(message)}</span>${aside}</div></li>
`;
  }
  const pairs = Object.entries(evidence).map(
    ([name, value]) => [name, sentence(typeof value === 'object' ? value.join(', ') : String(value))] as const,
  );
  return html`<li class="finding ${status}" id="${idOf(finding)}"><div class="head">${badge(status)} ${locationLinks(finding)}${aside}</div>
<p class="message">${sentence(message)}</p>${remediation !== '' && html`<p class="remediation"><span class="unseen">Fix: </span>${remediation}</p>`}${
    pairs.length > 0 && html`<details class="evidence"><summary>Evidence</summary>${facts(pairs)}</details>`
  }</li>
`;
}

/** Stable between two responses, so that the script keeps the element of a finding. */
function idOf({ check, status, component, instance, endpoint, identity, message }: Finding): string {
  const key = JSON.stringify([check, status, component, instance, endpoint, identity, message]);
  return `finding-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}
