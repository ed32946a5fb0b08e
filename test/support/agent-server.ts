import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import pino from 'pino';
import type { Test } from 'tap';
import { type HttpServer, startHttpServer } from '../../agent/http/server.js';
import type { AgentView } from '../../agent/page/view.js';

export const emptyView: AgentView = {
  now: () => new Date(),
  startedAt: new Date(),
  version: '0.0.0',
  ready: () => true,
  isStuck: () => false,
  findings: () => [],
  incidents: () => [],
  incidentSince: () => undefined,
  observations: () => [],
  inventory: () => ({ instances: [], clients: [], problems: [], disagreements: [] }),
  matrix: () => ({ callers: [], rows: [] }),
  credentials: () => [],
  events: () => [],
  since: () => undefined,
  runs: () => [],
  pathsOf: () => undefined,
};

/** The agent's HTTP server on a free port, over an empty inventory by default. */
export async function startAgentServer(
  t: Pick<Test, 'teardown'>,
  webConfigFile?: string,
  view: AgentView = emptyView,
): Promise<HttpServer> {
  const server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    ...(webConfigFile === undefined ? {} : { webConfigFile }),
    onWebConfigRead: () => undefined,
    view,
    metrics: { parts: () => Readable.from(['x 1\n']), contentType: 'text/plain' },
    probe: async () => ({ status: 400, reason: 'bad-target', rejected: 'none' }),
    reload: async () => ({ ok: true, message: 'reloaded' }),
    logger: pino({ level: 'silent' }),
  });
  t.teardown(() => server.close());
  return server;
}

export interface ClientOptions {
  readonly method?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly ciphers?: string;
  readonly ecdhCurve?: string;
}

export interface Reply {
  /** HTTP status; 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly subject: string | undefined;
}

/** One request over one connection. */
export function ask(url: string, options: ClientOptions = {}): Promise<Reply> {
  return new Promise((resolve) => {
    const make = url.startsWith('https') ? httpsRequest : httpRequest;
    let subject: string | undefined;
    const request = make(url, { ...options, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, subject }));
    });
    request.on('socket', (socket) => {
      socket.on('secureConnect', () => {
        subject =
          'getPeerX509Certificate' in socket
            ? (socket as never as { getPeerX509Certificate(): { subject: string } }).getPeerX509Certificate().subject
            : undefined;
      });
    });
    request.on('error', () => resolve({ status: 0, headers: {}, subject }));
    request.end();
  });
}
