import { setTimeout as pause } from 'node:timers/promises';
import type { AgentConfig } from '../../config/agent-config.js';
import { OperatorError } from '../../config/error.js';
import { readAgentConfig } from '../../config/load.js';
import { systemdNotifier } from '../../process/systemd.js';
import { serve } from '../serve.js';
import { untilAborted } from '../until-aborted.js';
import { type Command, type Invocation, text } from './command.js';
import { configOption, loggerOf, logLevelOption } from './flags.js';
import { flagDocument, flagEntries, keyOptions, keysNamed } from './key-flags.js';

const flagKeys = keysNamed('shard', 'web.listen', 'host', 'cluster.pd');

export const run: Command = {
  name: 'run',
  summary: 'The agent: watches files, probes ports, serves /metrics and the status page until it is stopped.',
  usage: ['run --config agent.toml [--shard I/N] [--listen HOST:PORT] [--host NAME] [--pd URL…] [--log-level L]'],
  options: [configOption, ...keyOptions(flagKeys), logLevelOption],
  run: runSidecar,
};

/** How long a start that is interrupted may take to end by itself. */
const startStopMilliseconds = 1_000;

async function runSidecar(invocation: Invocation): Promise<number> {
  const file = text(invocation, 'config');
  if (file === undefined) {
    const hint = 'see docs/configuration.md for the smallest file that works';
    throw new OperatorError('no_config', 'run needs --config', hint);
  }
  const flags = flagDocument(flagEntries(invocation, flagKeys));
  const readConfig = () => {
    const config = readAgentConfig(file, flags);
    requireSomething(config, file);
    return config;
  };
  const logger = loggerOf(invocation);
  // SIGHUP does not end this process, from here to its exit; serve() reloads on it.
  process.on('SIGHUP', () => undefined);
  const { signal } = invocation;
  // A start that is interrupted while PD is asked does not wait for the answer.
  const interrupted = untilAborted(signal).then(() => pause(startStopMilliseconds, undefined, { ref: false }));
  const served = await Promise.race([serve({ readConfig, logger, signal }), interrupted]);
  if (served === undefined) {
    logger.info('stopped before the first scan of all ports was finished');
    return 0;
  }
  const systemd = systemdNotifier(signal, logger);
  systemd.ready();
  await untilAborted(signal);
  await Promise.all([systemd.stopping(), served.stop()]);
  logger.info('stopped');
  return 0;
}

/** An agent that watches nothing would report that nothing is wrong. */
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
