import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { knownNames } from '../../../checks/known-names.js';
import { matrixOf } from '../../../cluster/access/matrix.js';
import { errorMessage } from '../../../credentials/error-text.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { credentialEntries } from '../../collect/credential-entries.js';
import { OnDemandProbes } from '../../collect/on-demand.js';
import type { AgentConfig } from '../../config/agent-config.js';
import { OperatorError } from '../../config/error.js';
import { parseListen, readAgentConfig } from '../../config/load.js';
import type { Shard } from '../../config/shard.js';
import { startHttpServer } from '../../http/server.js';
import { watchDescriptors } from '../../process/descriptors.js';
import { startProxies } from '../../process/proxies.js';
import { SighupHandler } from '../../process/sighup.js';
import { systemdNotifier } from '../../process/systemd.js';
import { readVersion } from '../../process/version.js';
import { EventStore } from '../../sidecar/event-store.js';
import { Sidecar } from '../../sidecar/sidecar.js';
import { pdUrlsOf } from './check-config.js';
import { type Command, type Invocation, text } from './command.js';
import { loggerOf, logLevelOption, shardFlag } from './flags.js';

export const run: Command = {
  name: 'run',
  summary: 'The sidecar: watches files, probes ports, serves /metrics and the status page until stopped.',
  usage: ['run --config agent.toml [--shard I/N] [--listen HOST:PORT] [--host NAME] [--pd URL…] [--log-level L]'],
  options: [
    { name: 'config', value: 'F', help: 'agent.toml' },
    { name: 'shard', value: 'I/N', help: 'with scope = "cluster": one of N parts of the ports, counting from 0' },
    { name: 'listen', value: 'A', help: 'address of page and metrics (default 127.0.0.1:10793)' },
    { name: 'host', value: 'H', help: "the name by which callers reach this node's components" },
    { name: 'pd', value: 'URL', multiple: true, help: 'a PD, besides those of the file' },
    logLevelOption,
  ],
  run: runSidecar,
};

async function runSidecar(invocation: Invocation): Promise<number> {
  const file = text(invocation, 'config');
  if (file === undefined) {
    throw new OperatorError(
      'no_config',
      'run needs --config',
      'see docs/configuration.md for the least file that works',
    );
  }
  const listen = text(invocation, 'listen');
  const shard = shardFlag(invocation);
  const host = text(invocation, 'host');
  const pd = pdUrlsOf(invocation);
  const logger = loggerOf(invocation);
  // What is done for it is below; nobody's SIGHUP ends this process, from here to its exit.
  process.on('SIGHUP', () => undefined);
  const readConfig = () => {
    const read = sharded(shard, listeningAt(listen, readAgentConfig(file)));
    const config = { ...read, host: host ?? read.host, pd: [...read.pd, ...pd] };
    requireSomething(config, file);
    return config;
  };
  const { signal } = invocation;
  // Told to stop while it asks PD, it does not wait for the answer.
  const impatience = untilAborted(signal).then(() => pause(startStopMilliseconds, undefined, { ref: false }));
  const served = await Promise.race([serve({ readConfig, logger, signal }), impatience]);
  if (served === undefined) {
    logger.info('stopped before the first look at every port was finished');
    return 0;
  }
  const systemd = systemdNotifier(signal, logger);
  systemd.ready();
  await untilAborted(signal);
  await Promise.all([systemd.stopping(), served.stop()]);
  logger.info('stopped');
  return 0;
}

/** An agent that watches nothing would tell that nothing is wrong. */
function requireSomething(
  { configs, topology, pd, instances, processes, proxies, probe }: AgentConfig,
  file: string,
): void {
  const named = [configs, topology, pd, instances, proxies, probe.allowTargets, probe.identityTargets];
  if (!processes && named.every(({ length }) => length === 0)) {
    const hint = 'name configs, pd or topology under [cluster], or an [[instance]]: docs/quick-start.md';
    throw new OperatorError('nothing_to_watch', `${file} names no component`, hint);
  }
}

function sharded(shard: Shard | undefined, config: AgentConfig): AgentConfig {
  if (shard !== undefined && config.scope !== 'cluster') {
    throw new OperatorError('bad_flag', '--shard divides the ports of a whole cluster', 'set scope = "cluster", too');
  }
  return shard === undefined ? config : { ...config, shard };
}

/** The flag beats the file. */
export function listeningAt(listen: string | undefined, config: AgentConfig): AgentConfig {
  return listen === undefined ? config : { ...config, web: { ...config.web, ...parseListen(listen, '--listen') } };
}

export interface ServeOptions {
  readonly readConfig: () => AgentConfig;
  readonly logger: Logger;
  /** Ends the first look at every port, too. */
  readonly signal?: AbortSignal;
}

export interface Served {
  readonly url: string;
  readonly sidecar: Sidecar;
  stop(): Promise<void>;
}

/** How long a start that was told to stop may take to end by itself. */
const startStopMilliseconds = 1_000;

/** Milliseconds between two sweeps of file digests. */
const sweepInterval = 10_000;

/** How long connections through the proxy may go on once the agent is told to stop. */
const drainMilliseconds = 10_000;

/**
 * The sidecar, its HTTP server and its proxy listeners, as one thing that stops. Resolves after the first look at every
 * port; it serves before, so that ports which hang do not keep the metrics away.
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
  await watchDescriptors(metrics.registry, logger, stopping.signal);
  const server = await startHttpServer({
    listen: { host: web.host, port: web.port },
    ...(web.configFile === undefined ? {} : { webConfigFile: web.configFile }),
    onWebConfigRead: (ok) => metrics.recordWebConfigReload(ok),
    view: {
      now,
      startedAt,
      version,
      ready: () => sidecar.ready(),
      findings: () => sidecar.findings(),
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
  // Not before: what is replaced has to have begun.
  sighup.reloadWith(() => void reload());
  await begun.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  signal?.removeEventListener('abort', stopSidecar);
  return { url: server.url, sidecar, stop };
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
