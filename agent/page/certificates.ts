import { durationText } from '../../checks/duration-text.js';
import { thresholds, urgencyOf } from '../../checks/thresholds.js';
import { type CertificateGroup, type CertificateRow, certificateGroupsOf } from './certificate-rows.js';
import { type Html, html } from './html.js';
import { badge, counted, instancePath, type Page, utc } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import { bar, firstEnd, scale } from './timeline.js';
import type { AgentView } from './view.js';

/** Those that end first are what one looks for. */
const shown = 60;

/** A time line of the year to come: files, and what ports serve, soonest end first. */
export function renderCertificates(view: AgentView, query: Query): Page {
  const groups = certificateGroupsOf(view);
  const wanted = groups.filter(({ component, instance, rows }) =>
    isWanted(query, component, instance, ...rows.flatMap(({ name, chain }) => [name, ...chain.map(textOf)])),
  );
  const rows = wanted.flatMap((group) => group.rows).length;
  const listed = wanted.slice(0, query.all ? undefined : shown);
  const body = html`<h1>Certificates</h1><p class="lead">The year from now, soonest end first. ${explain()}</p>
${filterForm({ path: '/certificates', query, components: groups.map(({ component }) => component), count: `${counted(rows, 'certificate')} in ${wanted.length} of ${groups.length} places` })}
${listed.length === 0 ? html`<p class="empty">${groups.length === 0 ? 'No certificate was read or seen yet.' : 'No certificate matches.'}</p>` : html`<div class="timeline">${scale()}${listed.map((group) => section(group, view.now()))}</div>`}
${wanted.length > listed.length && html`<p><a href="${linkTo('/certificates', { ...query, all: true })}">Show the other ${wanted.length - listed.length}, which end later</a></p>`}
${legend()}`;
  return { title: 'Certificates', body };
}

function textOf({ subject, fingerprint }: CertificateRow['chain'][number]): string {
  return `${subject} ${fingerprint}`;
}

function explain(): string {
  const { warning, critical } = thresholds;
  const words = (one: { readonly seconds: number; readonly share: number }) =>
    `${one.seconds / 86_400} days or ${Math.round(one.share * 100)} % of the lifetime`;
  return `Alerts warn from ${words(warning)} before an end, and are critical from ${words(critical)}, whichever is later.`;
}

function section({ component, instance, rows }: CertificateGroup, now: Date): Html {
  const head =
    component === 'agent'
      ? html`<b>agent</b>`
      : html`<b>${component}</b> <a href="${instancePath(component, instance)}">${instance}</a>`;
  const fileRow = rows.findIndex(({ kind }) => kind === 'file');
  return html`<section class="certificates"><h2>${head}</h2><ul>${rows.map((row, index) => line(row, index - fileRow, now))}</ul></section>
`;
}

function line(row: CertificateRow, rowsAbove: number, now: Date): Html {
  const { kind, name, short, chain, differsFrom } = row;
  const end = firstEnd(chain);
  const left = durationText(end.getTime() - now.getTime());
  const words = end > now ? `ends in ${left}` : `ended ${left} ago`;
  const mismatch = differsFrom !== undefined;
  const joinedTo = mismatch ? { end: differsFrom.notAfter, rowsAbove } : undefined;
  const subjects = chain.map(({ subject }) => subject).join(' ← ');
  const label = `${kind} ${name}: ${subjects}, ${words}, ${utc(end)}${mismatch ? `; on disk is another, ending ${utc(differsFrom.notAfter)}` : ''}`;
  return html`<li class="row"><span class="what" title="${name}"><span class="kind">${kind}</span> ${short}</span>${bar({ chain, joinedTo }, now, label)}<span class="left ${urgency(chain, now)}"><time datetime="${end.toISOString()}" title="${utc(end)}"><span class="date">${end.toISOString().slice(0, 10)}</span> ${end > now ? left : `${left} ago`}</time>${mismatch && html` ${badge('fail', html`<span class="word">not on disk</span>`)}`}</span></li>`;
}

function urgency(chain: CertificateRow['chain'], now: Date): string {
  const levels = chain.map((one) => urgencyOf(one, now));
  return levels.some((one) => one !== 'fine' && one !== 'warning')
    ? 'fail'
    : levels.includes('warning')
      ? 'warn'
      : 'quiet';
}

function legend(): Html {
  const swatch = (inside: Html) => html`<svg class="swatch" width="34" height="20" aria-hidden="true">${inside}</svg>`;
  return html`<h2>Legend</h2><ul class="legend">
<li>${swatch(html`<rect class="fine" x="0" y="6" width="34" height="8"/>`)} no alert</li>
<li>${swatch(html`<rect class="warning" x="0" y="6" width="34" height="8"/><line class="threshold" x1="1" x2="1" y1="3" y2="17"/>`)} alert: warning</li>
<li>${swatch(html`<rect class="critical" x="0" y="6" width="34" height="8"/><line class="threshold" x1="1" x2="1" y1="3" y2="17"/>`)} alert: critical</li>
<li>${swatch(html`<path class="end" d="M17 4 L23 10 L17 16 L11 10 Z"/>`)} first end in the chain</li>
<li>${swatch(html`<rect class="leaf" x="0" y="6" width="34" height="8"/>`)} the leaf goes on, its chain does not</li>
<li>${swatch(html`<line class="join" x1="0" x2="30" y1="14" y2="14"/><line class="join" x1="30" x2="30" y1="14" y2="0"/>`)} served, joined to what is on disk</li></ul>`;
}
