import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { formatAddress } from '../../cluster/inventory/address.js';
import { errorMessage } from '../../credentials/error-text.js';
import { visibleJson } from '../../metrics/unprintable.js';
import type { ProbeAnswer } from '../collect/on-demand.js';
import { OperatorError } from '../config/error.js';
import { answerPage, contentSecurityPolicy } from '../page/routes.js';
import type { AgentView } from '../page/view.js';
import { findingsDocument } from '../report/json.js';
import { matrixDocument } from '../report/matrix-table.js';
import { type Answer, sendBody, text } from './answer.js';
import { BasicAuth } from './basic-auth.js';
import { isLoopback, rejectionOf } from './guard.js';
import { limitServer, serverOptions } from './limits.js';
import { listen } from './listen.js';
import { serviceDiscovery } from './service-discovery.js';
import { createTlsServer } from './tls-server.js';
import { TokenBucket } from './token-bucket.js';
import { WebConfigHolder } from './web-config-holder.js';

export interface HttpServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly webConfigFile?: string;
  /** Called after each reading of a changed web configuration. */
  readonly onWebConfigRead: (ok: boolean) => void;
  readonly view: AgentView;
  readonly metrics: { parts(): AsyncIterable<string>; readonly contentType: string };
  readonly probe: (module: string, target: string, timeout: number) => Promise<ProbeAnswer>;
  readonly reload: () => Promise<{ readonly ok: boolean; readonly message: string }>;
  readonly logger: Logger;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

const json = (body: unknown): Answer => ({
  status: 200,
  type: 'application/json',
  body: visibleJson(JSON.stringify(body)),
});

const tooMany = text(429, 'too many requests');
const notAccepted = {
  rejected: { ...text(401, 'unauthorized'), headers: { 'www-authenticate': 'Basic' } },
  busy: { ...text(429, 'too many passwords are being checked; come back later'), headers: { 'retry-after': '5' } },
} as const satisfies Record<string, Answer>;
const notAllowed = (allow: string): Answer => ({ ...text(405, `use ${allow}`), headers: { allow } });

/** Prometheus gives up at its own timeout; the answer has to be there before. */
const scrapeTimeoutOffset = 500;
const defaultProbeTimeout = 5_000;
const drainMilliseconds = 2_000;

/** Serves page, metrics and API. Throws OperatorError when it cannot listen, or cannot with these files. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const web = new WebConfigHolder(options.webConfigFile, options.logger, options.onWebConfigRead);
  const { tls, rateLimit } = web.current();
  const basicAuth = new BasicAuth();
  const bucket = rateLimit === undefined ? undefined : new TokenBucket(rateLimit);
  let plainLoopback = false;
  const respond = async (request: IncomingMessage): Promise<Answer> => {
    const { users } = web.current();
    const rejection = bucket?.take() === false ? tooMany : rejectionOf(request, plainLoopback);
    const admission =
      rejection !== undefined || users === undefined
        ? 'accepted'
        : await basicAuth.accepts(request.headers.authorization, users);
    return rejection ?? (admission === 'accepted' ? answer(request, options) : notAccepted[admission]);
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    respond(request)
      .catch((error: unknown) => {
        options.logger.error({ reason: errorMessage(error), path: request.url }, 'a request could not be answered');
        return text(500, 'internal error; see the log');
      })
      .then(async ({ status, type, body, headers: special }) => {
        const contentType = { 'content-type': type ?? 'text/plain; charset=utf-8' };
        response.writeHead(status, { ...headers, ...web.current().headers, ...special, ...contentType });
        await sendBody(request.method === 'HEAD' ? '' : body, response);
      })
      .catch((error: unknown) => {
        options.logger.error({ reason: errorMessage(error), path: request.url }, 'an answer broke off');
      });
  };
  const server: Server =
    tls === undefined
      ? createServer(serverOptions, listener)
      : createTlsServer(
          {
            settings: () => web.current().tls ?? tls,
            onProblem: ({ message }) =>
              options.logger.error({ reason: message }, 'TLS files not taken; the last good ones stay'),
          },
          listener,
        );
  limitServer(server);
  await listen(server, options.listen, options.logger).catch((error: unknown) => {
    const message = `cannot listen on ${formatAddress(options.listen)}: ${errorMessage(error)}`;
    throw new OperatorError('cannot_listen', message, 'choose another address with [web] listen or --listen', error);
  });
  const { address, port } = server.address() as AddressInfo;
  plainLoopback = tls === undefined && isLoopback(address);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${formatAddress({ host: address, port })}`,
    close: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), drainMilliseconds);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

async function answer(request: IncomingMessage, options: HttpServerOptions): Promise<Answer> {
  const { view, metrics, reload } = options;
  const path = request.url ?? '/';
  if (!URL.canParse(path, 'http://agent')) {
    return text(400, 'this is no path');
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
      return json(findingsDocument(view.findings()));
    case '/-/healthy':
      return text(200, 'healthy');
    case '/-/ready':
      return view.ready() ? text(200, 'ready') : text(503, 'the first look at every port is not finished');
    default:
      return answerPage(url, view) ?? text(404, 'nothing here; see /');
  }
}

async function probe(
  parameters: URLSearchParams,
  request: IncomingMessage,
  options: HttpServerOptions,
): Promise<Answer> {
  const module = parameters.get('module');
  const target = parameters.get('target');
  if (module === null || target === null) {
    return text(
      400,
      '/probe needs target=host:port and module=tidb_status, pd, tikv_grpc, tls or another of docs/configuration.md',
    );
  }
  const scrape = Number(request.headers['x-prometheus-scrape-timeout-seconds']) * 1000 - scrapeTimeoutOffset;
  const result = await options.probe(module, target, scrape > 0 ? Math.min(scrape, 60_000) : defaultProbeTimeout);
  return 'rejected' in result
    ? text(result.status, result.rejected)
    : { status: 200, type: options.metrics.contentType, body: result.text };
}
