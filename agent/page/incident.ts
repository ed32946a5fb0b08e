import type { Incident } from '../../checks/causes/cause.js';
import { placeText } from '../../checks/causes/place.js';
import { severityWords } from '../../checks/causes/severity-words.js';
import { counted } from '../../checks/counted.js';
import { findingItem } from './finding.js';
import { type Html, html } from './html.js';
import { badge, duration, locationLinks, sentence } from './parts.js';
import type { AgentView } from './view.js';

/** One incident: what breaks, where, since when, its fixes in order, and the findings that it explains. */
export function incidentItem(incident: Incident, view: Pick<AgentView, 'since' | 'incidentSince' | 'now'>): Html {
  const { id, cause, severity, status, place, summary, fixes, findings } = incident;
  const since = incident.since ?? view.incidentSince(incident);
  const { component, instance, endpoint, file, position } = place;
  const at = position === undefined ? undefined : html` <code>${file}:${position.line}:${position.column}</code>`;
  const location =
    instance === undefined || component === 'cluster' || component === 'agent'
      ? html`<span class="location"><b>${component === 'cluster' && file !== undefined ? placeText(place) : component}</b></span>`
      : html`${locationLinks({ component, instance, endpoint, identity: undefined })}${at}`;
  const [only] = fixes;
  const fix =
    fixes.length > 1
      ? html`<ol class="remediation">${fixes.map((one) => html`<li>${one}</li>`)}</ol>`
      : only !== undefined && html`<p class="remediation"><span class="unseen">Fix: </span>${only}</p>`;
  return html`<li class="finding ${status}" id="${id}"><div class="head">${badge(status, severityWords[severity])} ${location}<span class="aside">${since !== undefined && html`${duration(since, view.now())} · `}<a href="/causes#${cause}">${cause}</a></span></div>
<p class="message">${sentence(summary)}</p>${fix}<details class="evidence"><summary>Explains ${counted(findings.length, 'finding')}</summary><ul class="findings">${findings.slice(0, mostShown).map((one) => findingItem(one, view))}</ul>${findings.length > mostShown && html`<p class="quiet">${findings.length - mostShown} more are not shown.</p>`}</details></li>
`;
}

const mostShown = 100;
