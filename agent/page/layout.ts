import { summarize } from '../../checks/finding.js';
import { paths } from './assets-served.js';
import { worstStatusOf } from './cluster-state.js';
import { type Html, html } from './html.js';
import { type Page, timestamp } from './parts.js';
import type { AgentView } from './view.js';

const tabs = [
  ['/', 'Overview'],
  ['/matrix', 'Matrix'],
  ['/certificates', 'Certificates'],
  ['/rotations', 'Rotations'],
  ['/instances', 'Instances'],
  ['/changes', 'Changes'],
  ['/checks', 'Checks'],
] as const;

/** The document around a view: navigation, status, and the time of the request. */
export function documentOf({ title, body }: Page, path: string, view: AgentView): Html {
  const { fail, warn } = summarize(view.findings());
  const first = `/${path.split('/')[1] ?? ''}`;
  const links = tabs.map(([href, name]) => {
    const here = href === first;
    return here
      ? html`<li><a href="${href}" aria-current="${href === path ? 'page' : 'true'}">${name}</a></li>`
      : html`<li><a href="${href}">${name}</a></li>`;
  });
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${fail > 0 && `(${fail}) `}${title} · TiDB mTLS</title>
<link rel="stylesheet" href="${paths.style}"><link rel="icon" href="${paths.icon}" type="image/svg+xml"><script src="${paths.script}" defer></script></head>
<body><a class="skip-link" href="#main">Skip to the view</a>
<header><div class="bar"><p class="name"><span class="lamp ${view.ready() ? worstStatusOf(view) : 'unknown'}" aria-hidden="true"></span>TiDB mTLS</p>
<nav aria-label="Views"><ul>${links}</ul></nav>
<p class="state" id="state">${fail > 0 && html`<a class="badge fail" href="/?status=fail">${fail} failed</a> `}${
    warn > 0 && html`<a class="badge warn" href="/?status=warn">${warn} ${warn === 1 ? 'warning' : 'warnings'}</a> `
  }<span class="as-of" id="as-of">as of ${timestamp(view.now())}</span></p></div></header>
<main id="main" tabindex="-1">${body}</main>
<footer><p>tidb-mtls-agent ${view.version}, running since ${timestamp(view.startedAt)}. Data: <a href="/metrics">metrics</a>, <a href="/api/v1/findings">findings</a>, <a href="/api/v1/matrix">matrix</a>, <a href="/api/v1/events">events</a>.</p></footer>
</body></html>
`;
}
