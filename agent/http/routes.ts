import type { IncomingMessage } from 'node:http';
import { visibleJson } from '../../metrics/unprintable.js';
import type { ProbeAnswer } from '../collect/on-demand.js';
import { answerPage } from '../page/routes.js';
import type { AgentView } from '../page/view.js';
import { findingsDocument } from '../report/json.js';
import { matrixDocument } from '../report/matrix-table.js';
import { type Answer, text } from './answer.js';
import { serviceDiscovery } from './service-discovery.js';

/** What the routes serve, and what they start. */
export interface RouteOptions {
  readonly view: AgentView;
  readonly metrics: { parts(): AsyncIterable<string>; readonly contentType: string };
  readonly probe: (module: string | undefined, target: string, timeout: number) => Promise<ProbeAnswer>;
  readonly reload: () => Promise<{ readonly ok: boolean; readonly message: string }>;
}

/** The response has to arrive before Prometheus' own timeout. */
const scrapeTimeoutOffset = 500;
const defaultProbeTimeout = 5_000;

const json = (body: unknown): Answer => ({
  status: 200,
  type: 'application/json',
  body: visibleJson(JSON.stringify(body)),
});

const notAllowed = (allow: string): Answer => ({ ...text(405, `use ${allow}`), headers: { allow } });

/** The answer to one request that may be served. */
export async function answer(request: IncomingMessage, options: RouteOptions): Promise<Answer> {
  const { view, metrics, reload } = options;
  const path = request.url ?? '/';
  if (!URL.canParse(path, 'http://agent')) {
    return text(400, 'invalid path');
  }
  const url = new URL(path, 'http://agent');
  if (url.pathname === '/-/reload') {
    if (request.method !== 'POST') {
      return notAllowed('POST');
    }
    const { ok, message } = await reload();
    return text(ok ? 200 : 500, message);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return notAllowed('GET, HEAD');
  }
  switch (url.pathname) {
    case '/metrics':
      return { status: 200, type: metrics.contentType, body: metrics.parts() };
    case '/probe':
      return probe(url.searchParams, request, options);
    case '/sd':
      return json(serviceDiscovery(view.inventory()));
    case '/api/v1/events':
      return json({ version: 1, events: view.events() });
    case '/api/v1/matrix':
      return json(matrixDocument(view.matrix()));
    case '/api/v1/findings':
      return json(findingsDocument(view.findings(), view.incidents()));
    case '/-/healthy':
      return view.isStuck() ? text(503, 'the findings are not evaluated') : text(200, 'healthy');
    case '/-/ready':
      return view.ready() ? text(200, 'ready') : text(503, 'the first cycle of probes is not finished');
    default:
      return answerPage(url, view) ?? text(404, 'not found; see /');
  }
}

async function probe(parameters: URLSearchParams, request: IncomingMessage, options: RouteOptions): Promise<Answer> {
  const module = parameters.get('module') ?? undefined;
  const target = parameters.get('target');
  if (target === null) {
    return text(
      400,
      '/probe needs target=host:port; module=tidb_status, pd, tikv_grpc, tls or another of docs/configuration.md',
    );
  }
  const scrape = Number(request.headers['x-prometheus-scrape-timeout-seconds']) * 1000 - scrapeTimeoutOffset;
  const result = await options.probe(module, target, scrape > 0 ? Math.min(scrape, 60_000) : defaultProbeTimeout);
  if ('rejected' in result) {
    return text(result.status, result.rejected);
  }
  return parameters.get('debug') === 'true'
    ? text(200, `Logs for the probe:\n${result.log}\n\nMetrics that would have been returned:\n${result.text}`)
    : { status: 200, type: options.metrics.contentType, body: result.text };
}
