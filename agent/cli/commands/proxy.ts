import cluster from 'node:cluster';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { removeStaleSocket } from '../../../proxy/listen-on.js';
import type { ProxySettings } from '../../../proxy/settings.js';
import { OperatorError } from '../../config/error.js';
import { parseListen, readAgentConfig } from '../../config/load.js';
import { proxySettings } from '../../config/proxies.js';
import type { ProxyKey } from '../../config/proxy-keys.js';
import { startMetricsServer } from '../../http/metrics-server.js';
import { watchDescriptors } from '../../process/descriptors.js';
import { lastGoodCredentials, startProxies } from '../../process/proxies.js';
import { systemdNotifier } from '../../process/systemd.js';
import { inheritedCredentials, reportMetrics, reportToParent } from '../../process/workers/child.js';
import { superviseWorkers } from '../../process/workers/supervisor.js';
import { WorkerMetrics } from '../../process/workers/worker-metrics.js';
import { type Command, type Invocation, text, texts } from './command.js';
import { durationOf, integerOf, loggerOf, logLevelOption } from './flags.js';
import { untilAborted } from './run.js';

/** Flags whose name is not that of the key. */
const flagOf: Partial<Record<ProxyKey, string>> = { 'ca-path': 'cacert', 'cert-path': 'cert', 'key-path': 'key' };

export const proxy: Command = {
  name: 'proxy',
  summary:
    'Mutual TLS for ports and clients that cannot do it themselves; a new pair counts from the next connection on.',
  usage: [
    'proxy --mode terminate|originate --listen A --target A… --cacert F --cert F --key F [--allow-cn N…]',
    'proxy --config agent.toml',
  ],
  options: [
    { name: 'config', value: 'F', help: 'agent.toml with [[proxy]] tables, instead of the other flags' },
    {
      name: 'mode',
      value: 'M',
      choices: ['terminate', 'originate'],
      help: 'terminate: mutual TLS comes in; originate: it goes out',
    },
    { name: 'listen', value: 'A', help: 'host:port, unix:/path, or systemd:name' },
    { name: 'target', value: 'A', multiple: true, help: 'host:port or unix:/path; the first that answers' },
    { name: 'cacert', value: 'F', help: 'the CA of those who come in, or of the server' },
    { name: 'cert', value: 'F', help: 'certificate, looked at for every connection' },
    { name: 'key', value: 'F', help: 'its key' },
    { name: 'reload-ca', help: 'take a changed CA file with the pair, too' },
    { name: 'allow-cn', value: 'N', multiple: true, help: 'let in by Common Name, exactly' },
    { name: 'allow-san', value: 'N', multiple: true, help: 'let in by DNS name, IP address or URI of the SANs' },
    { name: 'allow-ou', value: 'N', multiple: true, help: 'let in by organizational unit' },
    { name: 'allow-all', help: 'let in every certificate of the CA' },
    { name: 'verify-cn', value: 'N', multiple: true, help: "originate: the server's Common Name" },
    { name: 'verify-san', value: 'N', multiple: true, help: 'originate: one of its SANs' },
    { name: 'target-tls', help: 'terminate: fresh mutual TLS to the target' },
    { name: 'server-name', value: 'N', help: "the name of the target's certificate, where it is not its host" },
    { name: 'alpn', value: 'P', multiple: true, help: 'protocols that TLS agrees on, as h2 for gRPC' },
    { name: 'handshake-timeout', value: 'D', help: 'how long TLS may take, as 10s or 500ms (default 10s)' },
    { name: 'connect-timeout', value: 'D', help: 'how long the target may take, as 10s (default 10s)' },
    { name: 'idle-timeout', value: 'D', help: 'ends a connection silent for so long, as 30m (default never)' },
    { name: 'max-connections', value: 'N', help: 'connections at a time; more wait (default 10000)' },
    { name: 'proxy-protocol-in', help: 'expect a PROXY header (version 2) before TLS' },
    { name: 'proxy-protocol-out', help: 'send one to the target, with the Common Name' },
    { name: 'workers', value: 'N', help: 'processes that share the listeners (default 1)' },
    { name: 'metrics', value: 'A', help: 'serve /metrics at host:port; `run` has them beside its own' },
    { name: 'drain-timeout', value: 'D', help: 'how long SIGTERM waits for connections, as 30s (default 30s)' },
    logLevelOption,
  ],
  run: runProxy,
};

async function runProxy(invocation: Invocation): Promise<number> {
  const [stray] = invocation.positionals;
  if (stray !== undefined) {
    throw new OperatorError('bad_flag', `proxy takes flags only, and "${stray}" is none`, 'see proxy --help');
  }
  const file = text(invocation, 'config');
  const settings = file === undefined ? [settingsOf(invocation)] : readAgentConfig(file).proxies;
  if (settings.length === 0) {
    throw new OperatorError('no_proxy', `${file} has no [[proxy]]`, 'add one, or use flags');
  }
  const drainTimeout = durationOf(invocation, 'drain-timeout') ?? 30_000;
  const workers = integerOf(invocation, 'workers', 2) ?? 1;
  const logger = loggerOf(invocation);
  // Nothing is read again at a signal: every connection looks at the pair.
  process.on('SIGHUP', () => logger.info('SIGHUP: nothing to do, the pair is looked at for every connection'));
  const { signal } = invocation;
  if (cluster.isWorker) {
    return await serve({ settings, drainTimeout, signal, logger });
  }
  const registry = new Registry();
  const workerMetrics = workers > 1 ? new WorkerMetrics() : undefined;
  const credentials = workerMetrics === undefined ? undefined : lastGoodCredentials(settings);
  const listen = text(invocation, 'metrics');
  const metrics =
    listen === undefined
      ? undefined
      : await startMetricsServer(
          parseListen(listen, '--metrics'),
          () => workerMetrics?.render() ?? registry.metrics(),
          registry.contentType,
          logger,
        );
  if (metrics !== undefined) {
    logger.info({ address: metrics.address }, 'serving /metrics');
  }
  const systemd = systemdNotifier(signal, logger);
  void untilAborted(signal).then(() => systemd.stopping());
  const onListening = () => systemd.ready();
  try {
    if (workerMetrics === undefined || credentials === undefined) {
      return await serve({ settings, drainTimeout, signal, logger, registry, onListening });
    }
    for (const { listen: address } of settings) {
      await removeStaleSocket(address);
    }
    return await superviseWorkers({
      count: workers,
      signal,
      logger,
      metrics: workerMetrics,
      credentials,
      onListening,
    });
  } finally {
    metrics?.close();
  }
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

/** Listens in this process until told to stop. A worker tells its parent when it listens. */
async function serve(options: ServeOptions): Promise<number> {
  const { settings, drainTimeout, signal, logger, registry = new Registry(), onListening } = options;
  const running = await startProxies(settings, registry, logger, {
    inherited: await inheritedCredentials(),
    onReloaded: () => reportToParent({ kind: 'reloaded' }),
  });
  await watchDescriptors(registry, logger, signal);
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
  logger.info(drained ? 'drained' : 'connections were cut at the end of the drain time');
  return drained ? 0 : 1;
}

function settingsOf(invocation: Invocation) {
  const nameOf = (key: ProxyKey) => flagOf[key] ?? key;
  const given = (key: ProxyKey) => text(invocation, nameOf(key));
  return proxySettings({
    text: given,
    texts: (key) => texts(invocation, nameOf(key)),
    flag: (key) => invocation.values[nameOf(key)] === true,
    milliseconds: (key) => durationOf(invocation, nameOf(key)),
    integer: (key) => integerOf(invocation, nameOf(key), 10_000),
    file: (key) => {
      const path = given(key);
      return path === undefined ? undefined : resolve(path);
    },
    fail: (key, message, hint) => new OperatorError('bad_flag', `--${nameOf(key)}: ${message}`, hint),
  });
}
