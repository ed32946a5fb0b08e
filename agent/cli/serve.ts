import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { knownNames } from '../../checks/allow-list.js';
import { matrixOf } from '../../cluster/access/matrix.js';
import { errorMessage } from '../../credentials/error-text.js';
import { AgentMetrics } from '../../metrics/agent-metrics.js';
import { credentialEntries } from '../collect/credential-entries.js';
import { OnDemandProbes } from '../collect/on-demand.js';
import type { AgentConfig } from '../config/agent-config.js';
import { startHttpServer } from '../http/server.js';
import { watchDescriptors } from '../process/descriptors.js';
import { mostConnections, startProxies } from '../process/proxies.js';
import { SighupHandler } from '../process/sighup.js';
import { readVersion } from '../process/version.js';
import { EventStore } from '../sidecar/event-store.js';
import { Sidecar } from '../sidecar/sidecar.js';

export interface ServeOptions {
  readonly readConfig: () => AgentConfig;
  readonly logger: Logger;
  /** Ends the first scan of all ports, too. */
  readonly signal?: AbortSignal;
}

export interface Served {
  readonly url: string;
  readonly sidecar: Sidecar;
  stop(): Promise<void>;
}

/** Milliseconds between two comparisons of file digests. */
const sweepInterval = 10_000;

/** How long connections through the proxy may go on once the agent stops. */
const drainMilliseconds = 10_000;

/**
 * The sidecar, its HTTP server and its proxy listeners, which stop together. Resolves after the first scan of all ports;
 * it serves before that, so that ports which do not answer do not delay the metrics.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const sighup = new SighupHandler(options.logger);
  try {
    return await start(options, sighup);
  } catch (error: unknown) {
    sighup.end();
    throw error;
  }
}

async function start({ readConfig, logger, signal }: ServeOptions, sighup: SighupHandler): Promise<Served> {
  const metrics = new AgentMetrics(hostname());
  const version = readVersion();
  const startedAt = new Date();
  metrics.setBuildInfo({ version });
  const { web, historyFile, proxies, probe } = readConfig();
  const history = new EventStore(historyFile, (error) =>
    logger.error({ reason: errorMessage(error) }, 'the history file could not be written'),
  );
  const now = () => new Date();
  const sidecar = await Sidecar.create({ readConfig, metrics, logger, history, now, sweepInterval });
  const onDemand = new OnDemandProbes(probe.concurrency, (reason) => metrics.recordProbeRequestRejected(reason));
  const reload = () => sidecar.reload();
  const proxy = await startProxies(proxies, metrics.registry, logger).catch(async (error: unknown) => {
    await sidecar.stop();
    throw error;
  });
  for (const { name, address } of proxy.addresses) {
    logger.info({ listener: name, address }, 'proxy listening');
  }
  const stopping = new AbortController();
  await watchDescriptors(metrics.registry, logger, stopping.signal, mostConnections(proxies));
  const server = await startHttpServer({
    listen: { host: web.host, port: web.port },
    ...(web.configFile === undefined ? {} : { webConfigFile: web.configFile }),
    onWebConfigRead: (ok) => metrics.recordWebConfigReload(ok),
    view: {
      now,
      startedAt,
      version,
      ready: () => sidecar.ready(),
      isStuck: () => sidecar.isStuck(),
      findings: () => sidecar.findings(),
      incidents: () => sidecar.incidents(),
      incidentSince: ({ id }) => sidecar.incidentSince(id),
      observations: () => sidecar.collector.observations(),
      inventory: () => sidecar.collector.inventory,
      matrix: () => matrixOf(sidecar.collector.inventory, knownNames(sidecar.collector.evidence())),
      credentials: () => credentialEntries(sidecar.collector),
      events: () => history.events(),
      since: (finding) => sidecar.since(finding),
      runs: (instance, endpoint) => sidecar.collector.store.runs(instance, endpoint),
      pathsOf: (identity) => sidecar.collector.pathsOf(identity),
    },
    metrics,
    probe: (module, target, timeout) => onDemand.ask(sidecar.collector, { module, target, timeout }),
    reload,
    logger,
  }).catch(async (error: unknown) => {
    stopping.abort();
    await Promise.all([sidecar.stop(), proxy.drain(0)]);
    throw error;
  });
  logger.info({ address: server.url }, 'serving status page and /metrics');
  const stop = async () => {
    stopping.abort();
    await Promise.all([server.close(), sidecar.stop(), proxy.drain(drainMilliseconds)]);
    sighup.end();
  };
  const stopSidecar = () => void sidecar.stop();
  signal?.addEventListener('abort', stopSidecar, { once: true });
  const begun = sidecar.begin();
  // Not before: a reload replaces a sidecar that has begun.
  sighup.reloadWith(() => void reload());
  await begun.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  signal?.removeEventListener('abort', stopSidecar);
  return { url: server.url, sidecar, stop };
}
