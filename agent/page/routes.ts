import { assets } from './assets-served.js';
import { renderCauses } from './causes.js';
import { renderCertificates } from './certificates.js';
import { renderChanges } from './changes.js';
import { renderCheck, renderChecks } from './checks.js';
import { renderEndpoint } from './endpoint.js';
import { renderInstance } from './instance.js';
import { renderInstances } from './instances.js';
import { documentOf } from './layout.js';
import { renderMatrix } from './matrix.js';
import { renderOverview } from './overview.js';
import type { Page } from './parts.js';
import { type Query, queryOf } from './query.js';
import { renderRotations } from './rotations.js';
import type { AgentView } from './view.js';

export interface PageAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Only resources of this server, no inline script or style, no frames. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The view at a URL, or one of the three files that views load; undefined for any other path. */
export function answerPage(url: URL, view: AgentView): PageAnswer | undefined {
  const asset = assets.get(url.pathname);
  if (asset !== undefined) {
    return { ...asset, status: 200, headers: { 'cache-control': 'max-age=31536000, immutable' } };
  }
  const segments = segmentsOf(url.pathname);
  const page = segments === undefined ? undefined : pageAt(segments, view, queryOf(url.searchParams));
  return page === undefined
    ? undefined
    : { status: 200, type: 'text/html; charset=utf-8', body: documentOf(page, url.pathname, view).toString() };
}

function pageAt([view = '', ...rest]: readonly string[], agent: AgentView, query: Query): Page | undefined {
  const [first, second, third, ...more] = rest;
  if (more.length > 0) {
    return undefined;
  }
  if (view === 'instances' && first !== undefined && second !== undefined) {
    return third === undefined ? renderInstance(agent, first, second) : renderEndpoint(agent, first, second, third);
  }
  if (view === 'checks' && first !== undefined && second === undefined) {
    return renderCheck(agent, first, query);
  }
  return first === undefined ? views.get(view)?.(agent, query) : undefined;
}

const views: ReadonlyMap<string, (view: AgentView, query: Query) => Page> = new Map([
  ['', renderOverview],
  ['matrix', renderMatrix],
  ['certificates', renderCertificates],
  ['rotations', renderRotations],
  ['instances', renderInstances],
  ['changes', renderChanges],
  ['checks', renderChecks],
  ['causes', renderCauses],
]);

/** Undefined for a path that is not validly encoded. */
function segmentsOf(pathname: string): readonly string[] | undefined {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch (error: unknown) {
    if (error instanceof URIError) {
      return undefined;
    }
    throw error;
  }
}
