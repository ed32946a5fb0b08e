import { createServer } from 'node:http';
import { messageOf, OperatorError } from '../error.js';
import { limitServer, serverOptions } from './limits.js';

export interface MetricsServer {
  readonly address: string;
  close(): void;
}

/** `/metrics` and nothing else, for the proxy that runs without the agent. Throws OperatorError. */
export async function startMetricsServer(
  listen: { readonly host: string; readonly port: number },
  metrics: () => Promise<string>,
  contentType: string,
): Promise<MetricsServer> {
  const server = createServer(serverOptions, (request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end('/metrics is here\n');
      return;
    }
    metrics().then(
      (text) => response.writeHead(200, { 'content-type': contentType }).end(text),
      (error: unknown) => response.writeHead(503).end(`${messageOf(error)}\n`),
    );
  });
  limitServer(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  }).catch((error: unknown) => {
    throw new OperatorError('metrics_listen', messageOf(error), 'choose another address with --metrics', error);
  });
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : listen.port;
  return { address: `${listen.host}:${port}`, close: () => server.close() };
}
