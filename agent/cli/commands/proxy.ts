import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { removeStaleSocket } from '../../../proxy/listen-on.js';
import type { ProxySettings } from '../../../proxy/settings.js';
import { OperatorError } from '../../config/error.js';
import { listenFormat } from '../../config/formats.js';
import type { Keys } from '../../config/key.js';
import { readAgentConfig } from '../../config/load.js';
import { proxyAt } from '../../config/proxies.js';
import { proxyKeys } from '../../config/proxy-keys.js';
import { ConfigReader } from '../../config/reader.js';
import { startMetricsServer } from '../../http/metrics-server.js';
import { watchDescriptors } from '../../process/descriptors.js';
import { lastGoodCredentials, mostConnections, startProxies } from '../../process/proxies.js';
import { systemdNotifier } from '../../process/systemd.js';
import { inheritedCredentials, reportMetrics, reportToParent } from '../../process/workers/child.js';
import { superviseWorkers } from '../../process/workers/supervisor.js';
import { WorkerMetrics } from '../../process/workers/worker-metrics.js';
import { untilAborted } from '../until-aborted.js';
import { type Command, type Invocation, text } from './command.js';
import { loggerOf, logLevelOption } from './flags.js';
import { flagDocument, flagEntries, flagValues, keyOptions } from './key-flags.js';

/** The flags describe one listener; its name is its address. */
const { name: _, ...listenerKeys } = proxyKeys;
const prefix = 'proxy.0';
const flagKeys = Object.fromEntries(Object.entries(listenerKeys).map(([name, row]) => [`${prefix}.${name}`, row]));

const processKeys = {
  workers: { type: 'integer', default: 1, example: 2, doc: 'processes that share the listeners' },
  metrics: {
    type: 'string',
    format: listenFormat,
    value: 'A',
    example: '127.0.0.1:9100',
    doc: 'serve /metrics at host:port; `run` has them beside its own',
  },
  'drain-timeout': {
    type: 'duration',
    default: '30s',
    example: '10s',
    doc: 'how long SIGTERM waits for connections to end',
  },
} as const satisfies Keys;

export const proxy: Command = {
  name: 'proxy',
  summary: 'Mutual TLS for ports and clients without it; a renewed certificate is used from the next connection on.',
  usage: [
    'proxy --mode terminate|originate --listen A --target A… --cacert F --cert F --key F [--allow-cn N…]',
    'proxy --config agent.toml',
  ],
  options: [
    { name: 'config', value: 'F', help: 'agent.toml with [[proxy]] tables, instead of the other flags' },
    ...keyOptions(flagKeys),
    ...keyOptions(processKeys),
    logLevelOption,
  ],
  run: runProxy,
};

async function runProxy(invocation: Invocation): Promise<number> {
  const settings = settingsOf(invocation);
  const { workers, metrics: listen, drainTimeout } = flagValues(invocation, processKeys);
  const { signal } = invocation;
  const logger = loggerOf(invocation);
  // There is nothing to reload: certificate and key are read for every connection.
  process.on('SIGHUP', () => logger.info('SIGHUP ignored: certificate and key are read for every connection'));
  if (cluster.isWorker) {
    return await serve({ settings, drainTimeout, signal, logger });
  }
  const registry = new Registry();
  const workerMetrics = workers > 1 ? new WorkerMetrics() : undefined;
  const render = () => workerMetrics?.render() ?? registry.metrics();
  const metrics =
    listen === undefined ? undefined : await startMetricsServer(listen, render, registry.contentType, logger);
  if (metrics !== undefined) {
    logger.info({ address: metrics.address }, 'serving /metrics');
  }
  const systemd = systemdNotifier(signal, logger);
  void untilAborted(signal).then(() => systemd.stopping());
  const onListening = () => systemd.ready();
  try {
    return workerMetrics === undefined
      ? await serve({ settings, drainTimeout, signal, logger, registry, onListening })
      : await supervise(settings, { count: workers, signal, logger, metrics: workerMetrics, onListening });
  } finally {
    metrics?.close();
  }
}

/** The listeners of agent.toml, or the one of the flags. Throws OperatorError, or ConfigError with the location. */
function settingsOf(invocation: Invocation): readonly ProxySettings[] {
  const [stray] = invocation.positionals;
  if (stray !== undefined) {
    throw new OperatorError('bad_flag', `proxy takes flags only, and "${stray}" is none`, 'see proxy --help');
  }
  const file = text(invocation, 'config');
  if (file === undefined) {
    return [proxyAt(new ConfigReader(flagDocument(flagEntries(invocation, flagKeys))), prefix)];
  }
  const { proxies } = readAgentConfig(file);
  if (proxies.length === 0) {
    throw new OperatorError('no_proxy', `${file} has no [[proxy]]`, 'add one, or use flags');
  }
  return proxies;
}

async function supervise(
  settings: readonly ProxySettings[],
  options: Omit<Parameters<typeof superviseWorkers>[0], 'credentials'>,
): Promise<number> {
  const credentials = lastGoodCredentials(settings);
  for (const { listen } of settings) {
    await removeStaleSocket(listen);
  }
  return await superviseWorkers({ ...options, credentials });
}

interface ServeOptions {
  readonly settings: readonly ProxySettings[];
  /** Milliseconds. */
  readonly drainTimeout: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly registry?: Registry;
  readonly onListening?: () => void;
}

/** Listens in this process until the signal is aborted. A worker reports to its parent that it listens. */
async function serve(options: ServeOptions): Promise<number> {
  const { settings, drainTimeout, signal, logger, registry = new Registry(), onListening } = options;
  const running = await startProxies(settings, registry, logger, {
    inherited: await inheritedCredentials(),
    onReloaded: () => reportToParent({ kind: 'reloaded' }),
  });
  await watchDescriptors(registry, logger, signal, mostConnections(settings));
  const reportLast = cluster.isWorker ? reportMetrics(registry) : undefined;
  if (cluster.isWorker) {
    reportToParent({ kind: 'ready', addresses: running.addresses });
  } else {
    for (const { name, address } of running.addresses) {
      logger.info({ listener: name, address }, 'listening');
    }
    onListening?.();
  }
  await untilAborted(signal);
  const drained = await running.drain(drainTimeout);
  await reportLast?.();
  cluster.worker?.disconnect();
  logger.info(drained ? 'stopped: all connections ended' : 'connections were closed at the end of the drain timeout');
  return drained ? 0 : 1;
}
