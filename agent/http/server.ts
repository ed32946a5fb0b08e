import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { formatAddress } from '../../cluster/inventory/address.js';
import { errorMessage, exceptionText } from '../../credentials/error-text.js';
import { OperatorError } from '../config/error.js';
import { contentSecurityPolicy } from '../page/routes.js';
import { type Answer, sendBody, text } from './answer.js';
import { BasicAuth } from './basic-auth.js';
import { isLoopback, rejectionOf } from './guard.js';
import { boundPipelining, limitServer, serverOptions } from './limits.js';
import { listen, listenHint } from './listen.js';
import { answer, type RouteOptions } from './routes.js';
import { createTlsServer } from './tls-server.js';
import { TokenBucket } from './token-bucket.js';
import { WebConfigHolder } from './web-config-holder.js';

export interface HttpServerOptions extends RouteOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly webConfigFile?: string;
  /** Called after a changed web configuration was read. */
  readonly onWebConfigRead: (ok: boolean) => void;
  readonly logger: Logger;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

const tooMany = text(429, 'too many requests');
const notAuthenticated = {
  rejected: { ...text(401, 'unauthorized'), headers: { 'www-authenticate': 'Basic' } },
  busy: { ...text(429, 'too many passwords are being verified; retry later'), headers: { 'retry-after': '5' } },
} as const satisfies Record<string, Answer>;

/** On every response; the web configuration can replace those that Prometheus has a setting for. */
const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** Milliseconds that open requests have after `close`. */
const drainTimeout = 2_000;

/** Serves page, metrics and API. Throws OperatorError when it cannot listen, or when a file of the web configuration is unusable. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const web = new WebConfigHolder(options.webConfigFile, options.logger, options.onWebConfigRead);
  const { tls } = web.current();
  let isPlainLoopback = false;
  const rejection = rejectionsBy(web);
  const respond = async (request: IncomingMessage) =>
    (await rejection(request, isPlainLoopback)) ?? (await answer(request, options));
  const server = serverFor(web, options.logger, boundPipelining(listenerOf(web, options.logger, respond)));
  limitServer(server);
  await listen(server, options.listen, options.logger).catch((error: unknown) => {
    const message = `cannot listen on ${formatAddress(options.listen)}: ${errorMessage(error)}`;
    throw new OperatorError('cannot_listen', message, listenHint(error, '[web] listen or --listen'), error);
  });
  const { address, port } = server.address() as AddressInfo;
  isPlainLoopback = tls === undefined && isLoopback(address);
  const scheme = tls === undefined ? 'http' : 'https';
  return { url: `${scheme}://${formatAddress({ host: address, port })}`, close: () => closed(server) };
}

type Rejection = (request: IncomingMessage, isPlainLoopback: boolean) => Promise<Answer | undefined>;

/** Rate limit, guard and passwords; undefined for a request that may be answered. */
function rejectionsBy(web: WebConfigHolder): Rejection {
  const { rateLimit } = web.current();
  const basicAuth = new BasicAuth();
  const bucket = rateLimit === undefined ? undefined : new TokenBucket(rateLimit);
  return async (request, isPlainLoopback) => {
    const rejection = bucket?.take() === false ? tooMany : rejectionOf(request, isPlainLoopback);
    const { users } = web.current();
    if (rejection !== undefined || users === undefined) {
      return rejection;
    }
    const result = await basicAuth.authenticate(request.headers.authorization, users);
    return result === 'accepted' ? undefined : notAuthenticated[result];
  };
}

/** Sends what `respond` resolves to; an error is logged, and is 500 to the client. */
function listenerOf(
  web: WebConfigHolder,
  logger: Logger,
  respond: (request: IncomingMessage) => Promise<Answer>,
): RequestListener {
  return (request, response) => {
    const failed = (message: string) => (error: unknown) => {
      logger.error({ reason: errorMessage(error), path: request.url }, message);
      return text(500, 'internal error; see the log');
    };
    respond(request)
      .catch(failed('a request could not be answered'))
      .then(async ({ status, type, body, headers: special }) => {
        const contentType = { 'content-type': type ?? 'text/plain; charset=utf-8' };
        response.writeHead(status, { ...headers, ...web.current().headers, ...special, ...contentType });
        await sendBody(request.method === 'HEAD' ? '' : body, response);
      })
      .catch((error: unknown) => {
        failed('a response was interrupted')(error);
        response.destroy();
      });
  };
}

function serverFor(web: WebConfigHolder, logger: Logger, listener: RequestListener): Server {
  const { tls } = web.current();
  return tls === undefined
    ? createServer(serverOptions, listener)
    : createTlsServer(
        {
          settings: () => web.current().tls ?? tls,
          onProblem: ({ message, hint }) =>
            logger.error({ reason: message, hint }, 'TLS files not reloaded; the last valid ones stay in use'),
          onFailure: (error) => logger.error({ exception: exceptionText(error) }, 'a connection could not be accepted'),
        },
        listener,
      );
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), drainTimeout);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
