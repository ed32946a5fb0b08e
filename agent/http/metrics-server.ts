import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { errorMessage } from '../../credentials/error-text.js';
import { OperatorError } from '../config/error.js';
import { boundPipelining, limitServer, serverOptions } from './limits.js';
import { listen, listenHint } from './listen.js';

export interface MetricsServer {
  readonly address: string;
  close(): void;
}

/** Serves only `/metrics`, for a proxy that runs without the agent. Throws OperatorError when it cannot listen. */
export async function startMetricsServer(
  address: { readonly host: string; readonly port: number },
  metrics: () => Promise<string>,
  contentType: string,
  logger: Logger,
): Promise<MetricsServer> {
  const server = createServer(
    serverOptions,
    boundPipelining((request, response) => {
      if (request.url !== '/metrics' || request.method !== 'GET') {
        response.writeHead(404).end('not found; see /metrics\n');
        return;
      }
      metrics().then(
        (text) => response.writeHead(200, { 'content-type': contentType }).end(text),
        (error: unknown) => response.writeHead(503).end(`${errorMessage(error)}\n`),
      );
    }),
  );
  limitServer(server);
  await listen(server, address, logger).catch((error: unknown) => {
    throw new OperatorError('metrics_listen', errorMessage(error), listenHint(error, '--metrics'), error);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return { address: `${address.host}:${port}`, close: () => server.close() };
}
