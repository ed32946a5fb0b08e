import type { Incident } from '../../checks/causes/cause.js';
import { counted } from '../../checks/counted.js';
import { type Finding, summarize } from '../../checks/finding.js';
import { style } from './assets.js';
import { findingItem } from './finding.js';
import { Html, html } from './html.js';
import { incidentItem } from './incident.js';
import { timestamp } from './parts.js';

/** The page's own style; no value is in it. */
const sheet = Html.from([`<style>${style}</style>`], []);

/** What `check --output html` shows. */
export interface ReportContent {
  readonly findings: readonly Finding[];
  readonly incidents: readonly Incident[];
  readonly version: string;
  readonly probed: string | undefined;
  readonly now: Date;
}

/** One page without script and without any other file, as for a ticket: the incidents, what stays inconclusive, what passed. */
export function renderReport({ findings, incidents, version, probed, now }: ReportContent): string {
  const { fail, warn, unknown, pass } = summarize(findings);
  const explained = new Set(incidents.flatMap((incident) => incident.findings));
  const rest = findings.filter((finding) => !explained.has(finding));
  const open = rest.filter(({ status }) => status !== 'pass');
  const passed = rest.filter(({ status }) => status === 'pass');
  const view = { now: () => now, since: () => undefined, incidentSince: () => undefined };
  const list = (members: readonly Finding[]) =>
    html`<ul class="findings">${members.map((one) => findingItem(one, view))}</ul>`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>TiDB mTLS, ${now.toISOString()}</title>${sheet}</head>
<body><main id="main"><h1>TiDB mTLS: ${counted(incidents.length, 'incident')}</h1>
<p class="lead">Checked ${timestamp(now)}: ${fail} failed, ${counted(warn, 'warning')}, ${unknown} inconclusive, ${pass} passed${probed !== undefined && html` (${probed})`}. tidb-mtls-agent ${version}.</p>
<ul class="findings">${incidents.map((one) => incidentItem(one, view))}</ul>
${open.length > 0 && html`<h2>Not explained by an incident</h2>${list(open)}`}
<details><summary>${passed.length} passed</summary>${list(passed)}</details>
</main></body></html>
`;
  return withoutLinks(page.toString());
}

/** The links of the status page lead nowhere in a file. */
function withoutLinks(page: string): string {
  return page.replaceAll(/<a href="\/[^"]*">([^<]*)<\/a>/g, '$1');
}
