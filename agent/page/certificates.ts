import { counted } from '../../checks/counted.js';
import { durationText } from '../../checks/duration-text.js';
import { thresholdText, urgencyOf } from '../../checks/thresholds.js';
import { authorityName } from '../../credentials/authority-name.js';
import type { Certificate } from '../../credentials/certificate.js';
import { type CertificateGroup, type CertificateRow, certificateGroupsOf } from './certificate-rows.js';
import { type Html, html } from './html.js';
import { badge, instancePath, type Page, utc } from './parts.js';
import { filterForm, isWanted, linkTo, type Query } from './query.js';
import { bar, firstExpiry, scale } from './timeline.js';
import type { AgentView } from './view.js';

/** Groups that are shown without `all`: those that expire first. */
const shown = 60;

/** A time line of the next year: files, and the certificates that ports serve, first to expire first. */
export function renderCertificates(view: AgentView, query: Query): Page {
  const groups = certificateGroupsOf(view);
  const wanted = groups.filter(({ component, instance, rows }) =>
    isWanted(query, component, instance, ...rows.flatMap(({ name, chain }) => [name, ...chain.map(textOf)])),
  );
  const rows = wanted.flatMap((group) => group.rows).length;
  const all = distinct(groups.flatMap((group) => group.rows.flatMap(({ chain }) => chain)));
  const listed = wanted.slice(0, query.all ? undefined : shown);
  const body = html`<h1>Certificates</h1><p class="lead">The next year, first to expire first. ${alertText()}</p>
${filterForm({ path: '/certificates', query, components: groups.map(({ component }) => component), count: `${counted(rows, 'certificate')} in ${wanted.length} of ${counted(groups.length, 'instance')}` })}
${listed.length === 0 ? html`<p class="empty">${groups.length === 0 ? 'No certificate was read from a file or a port yet.' : 'No certificate matches.'}</p>` : html`<div class="timeline">${scale()}${listed.map((group) => section(group, all, view.now()))}</div>`}
${wanted.length > listed.length && html`<p><a href="${linkTo('/certificates', { ...query, all: true })}">Show the other ${wanted.length - listed.length}, which expire later</a></p>`}
${legend()}`;
  return { title: 'Certificates', body };
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((one) => [one.fingerprint, one])).values()];
}

function textOf({ subject, fingerprint }: CertificateRow['chain'][number]): string {
  return `${subject} ${fingerprint}`;
}

function alertText(): string {
  return `Alerts warn when ${thresholdText('warning')}, and are critical when ${thresholdText('critical')}.`;
}

function section({ component, instance, rows }: CertificateGroup, all: readonly Certificate[], now: Date): Html {
  const head =
    component === 'agent'
      ? html`<b>agent</b>`
      : html`<b>${component}</b> <a href="${instancePath(component, instance)}">${instance}</a>`;
  const fileRow = rows.findIndex(({ kind }) => kind === 'file');
  return html`<section class="certificates"><h2>${head}</h2><ul>${rows.map((row, index) => line(row, index - fileRow, all, now))}</ul></section>
`;
}

function line(row: CertificateRow, rowsAbove: number, all: readonly Certificate[], now: Date): Html {
  const { kind, name, short, chain, differsFrom } = row;
  const expiry = firstExpiry(chain);
  const left = durationText(expiry.getTime() - now.getTime());
  const words = expiry > now ? `expires in ${left}` : `expired ${left} ago`;
  const mismatch = differsFrom !== undefined;
  const joinedTo = mismatch ? { expiry: differsFrom.notAfter, rowsAbove } : undefined;
  const subjects = chain.map((one) => authorityName(one, all)).join(' ← ');
  const label = `${kind} ${name}: ${subjects}, ${words}, ${utc(expiry)}${mismatch ? `; not on disk, where the certificate expires ${utc(differsFrom.notAfter)}` : ''}`;
  return html`<li class="row"><span class="what" title="${name}"><span class="kind">${kind}</span> ${short}</span>${bar({ chain, joinedTo }, now, label)}<span class="left ${urgency(chain, now)}"><time datetime="${expiry.toISOString()}" title="${utc(expiry)}"><span class="date">${expiry.toISOString().slice(0, 10)}</span> ${expiry > now ? left : `${left} ago`}</time>${mismatch && html` ${badge('fail', html`<span class="word">not on disk</span>`)}`}</span></li>`;
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
<li>${swatch(html`<path class="expiry" d="M17 4 L23 10 L17 16 L11 10 Z"/>`)} first expiry in the chain</li>
<li>${swatch(html`<rect class="leaf" x="0" y="6" width="34" height="8"/>`)} the leaf expires after its chain</li>
<li>${swatch(html`<line class="join" x1="0" x2="30" y1="14" y2="14"/><line class="join" x1="30" x2="30" y1="14" y2="0"/>`)} served, connected to the certificate on disk</li></ul>`;
}
