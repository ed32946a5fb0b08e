import type { EndpointObservation } from '../../checks/check.js';
import type { Finding, Status } from '../../checks/finding.js';
import { summarize } from '../../checks/summary.js';
import { spanInWords } from '../../checks/words.js';
import { formatAddress } from '../../cluster/address.js';
import type { Matrix } from '../../cluster/matrix.js';
import type { CredentialEntry } from '../../metrics/agent-metrics.js';
import type { HistoryEvent } from '../history.js';
import type { AgentView } from '../http/view.js';
import { wordOf } from '../matrix-table.js';
import { escapeHtml } from './escape.js';

/** The status page: no script, one style sheet, everything escaped. */
export function renderPage(view: AgentView): string {
  const findings = view.findings();
  const now = view.now();
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="15"><title>TiDB mTLS</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>TiDB mutual TLS</h1>
<p class="verdict ${worst(findings)}">${escapeHtml(verdict(view))}</p>
<h2>Findings</h2>${findingsTable(findings)}
<h2>Ports</h2>${portsTable(view.observations(), now)}
<h2>Who may call whom</h2>${matrixTable(view.matrix())}
<h2>Certificates on this node</h2>${filesTable(view.credentials(), now)}
<h2>What changed</h2>${eventsTable(view.events())}
</main><footer>tidb-mtls-agent ${escapeHtml(view.version)}, running since ${view.startedAt.toISOString()}; <a href="/metrics">metrics</a>, <a href="/api/v1/findings">findings</a>, <a href="/api/v1/matrix">callers</a> and <a href="/api/v1/events">events</a> as JSON</footer>
</body></html>
`;
}

function verdict(view: AgentView): string {
  const { fail, warn, skip, pass } = summarize(view.findings());
  const watched = `${view.inventory().instances.length} instances watched`;
  if (!view.ready()) {
    return `Looking for the first time; ${watched}.`;
  }
  if (fail > 0) {
    return `${fail} ${fail === 1 ? 'thing is' : 'things are'} wrong; ${watched}.`;
  }
  return `Nothing failed: ${pass} passed, ${warn} warned, ${skip} could not be judged; ${watched}.`;
}

function worst(findings: readonly Finding[]): Status {
  const summary = summarize(findings);
  return (['fail', 'warn', 'skip'] as const).find((status) => summary[status] > 0) ?? 'pass';
}

function findingsTable(findings: readonly Finding[]): string {
  const rows = findings
    .filter(({ status }) => status !== 'pass')
    .map(({ status, component, instance, endpoint, identity, check, message, cure }) => [
      `<span class="${status}">${status}</span>`,
      escapeHtml(`${component} ${instance} ${endpoint ?? ''}${identity === undefined ? '' : ` as ${identity}`}`),
      `<p>${escapeHtml(message)}</p><p class="cure">${escapeHtml(cure)}</p>`,
      escapeHtml(check),
    ]);
  return rows.length === 0
    ? '<p>None.</p>'
    : table('Worst first, each with its cure', ['status', 'where', 'what, and what to do', 'check'], rows);
}

function portsTable(observations: readonly EndpointObservation[], now: Date): string {
  const place = ({ instance, endpoint, observation }: EndpointObservation) =>
    `${instance.component} ${instance.name} ${endpoint.name} ${observation.identity === 'own' ? '' : observation.identity}`;
  const sorted = [...observations].sort((a, b) => place(a).localeCompare(place(b)));
  const rows = sorted.map(({ instance, endpoint, observation }) => [
    escapeHtml(`${instance.component} ${instance.name}`),
    escapeHtml(`${endpoint.name} ${formatAddress(endpoint)}`),
    escapeHtml(observation.identity),
    `<span class="${observation.outcome === 'accepted' ? 'pass' : 'fail'}">${observation.outcome}</span> ${escapeHtml(observation.detail)}`,
    escapeHtml(observation.tlsVersion ?? ''),
    `${spanInWords(now.getTime() - observation.at.getTime())} ago`,
  ]);
  return table(
    'The last look at each port, once per identity',
    ['instance', 'port', 'as', 'outcome', 'TLS', 'seen'],
    rows,
  );
}

const shownEvents = 50;

function eventsTable(events: readonly HistoryEvent[]): string {
  const rows = events
    .slice(-shownEvents)
    .reverse()
    .map(({ at, kind, component, instance, message }) =>
      [at, kind, `${component} ${instance}`, message].map(escapeHtml),
    );
  return rows.length === 0
    ? '<p>Nothing since the start.</p>'
    : table(`The last ${rows.length}, latest first`, ['when', 'what', 'where', 'in words'], rows);
}

/** By lists and names alone; what ports really do is in the findings. */
function matrixTable({ callers, rows }: Matrix): string {
  const loud = ['REFUSED', 'OPEN', 'PLAIN'];
  return table(
    'By allow-lists and names: yes is needed and let in, - neither; any and OPEN are whoever comes with a certificate, and without',
    ['port', ...callers],
    rows.map(({ instance, endpoint, cells }) => [
      escapeHtml(`${instance.component} ${endpoint.name} ${formatAddress(endpoint)}`),
      ...cells.map((cell) => {
        const word = wordOf(cell);
        const level = word === 'needless' ? 'warn' : loud.includes(word) ? 'fail' : '';
        return level === '' ? word : `<span class="${level}">${word}</span>`;
      }),
    ]),
  );
}

function filesTable(entries: readonly CredentialEntry[], now: Date): string {
  const rows = entries.flatMap(({ component, instance, facts }) =>
    [...(facts.chain ?? []), ...(facts.ca ?? [])].map((certificate) => [
      escapeHtml(`${component} ${instance}`),
      escapeHtml(certificate.subject),
      `<time datetime="${certificate.notAfter.toISOString()}">${certificate.notAfter > now ? 'in' : 'ended'} ${spanInWords(certificate.notAfter.getTime() - now.getTime())}</time>`,
      certificate.isCertificateAuthority
        ? 'CA'
        : facts.keyMatches === false
          ? '<span class="fail">key of another</span>'
          : 'key matches',
    ]),
  );
  return table('As the files are now', ['whose', 'subject', 'ends', 'kind'], rows);
}

/** Cells are HTML already. */
function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((name) => `<th scope="col">${name}</th>`).join('');
  const body = rows
    .map(
      (cells) =>
        `<tr>${cells.map((cell, index) => `<td data-head="${heads[index] ?? ''}">${cell}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return `<div class="table"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}
