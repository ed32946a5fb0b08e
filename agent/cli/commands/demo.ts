import { basename } from 'node:path';
import { readAgentConfig } from '../../config/load.js';
import { commandLine, shellQuoted } from '../../deploy/shell.js';
import { serve } from '../serve.js';
import { untilAborted } from '../until-aborted.js';
import type { Command, Invocation } from './command.js';
import { loggerAt } from './flags.js';
import { flagDocument, flagEntries, keyOptions, keysNamed } from './key-flags.js';

const flagKeys = keysNamed('web.listen');

export const demo: Command = {
  name: 'demo',
  summary: 'The demo cluster: the ports of every component in one process, and the agent that watches them.',
  usage: ['demo [--story] [--listen HOST:PORT]'],
  options: [
    ...keyOptions(flagKeys),
    { name: 'story', help: 'play a rotation that works, one that TiKV does not pick up, and an expiring certificate' },
  ],
  run: runDemo,
};

/** Milliseconds between two scenes of the story: long enough to read the page. */
const scenePace = 20_000;

/** How the caller started this program: by its name, as a script of Node, or as an executable. */
function howStarted([node = '', script]: readonly string[] = process.argv): string {
  if (script === undefined || script === node || script === process.execPath) {
    return shellQuoted(node);
  }
  return basename(script) === 'tidb-mtls-agent' ? shellQuoted(script) : commandLine('node', script);
}

async function runDemo(invocation: Invocation): Promise<number> {
  const { stdout, signal, values } = invocation;
  // The other commands start without the dev cluster and the ASN.1 library that it issues certificates with.
  const { startDevCluster } = await import('../../../devcluster/dev-cluster.js');
  const cluster = await startDevCluster();
  try {
    const config = cluster.agentConfig;
    const flags = flagDocument(flagEntries(invocation, flagKeys));
    const served = await serve({ readConfig: () => readAgentConfig(config, flags), logger: loggerAt('warn') });
    try {
      stdout.write(
        [
          `demo cluster  ${cluster.directory}`,
          `status page   ${served.url}/`,
          `metrics       ${served.url}/metrics`,
          `try           ${howStarted()} check --config ${config}`,
          'Ctrl-C ends it.',
          '',
        ].join('\n'),
      );
      if (values.story === true) {
        const { playStory } = await import('../../../devcluster/story.js');
        await playStory(cluster, (line) => stdout.write(`${line}\n`), signal, scenePace);
      }
      await untilAborted(signal);
    } finally {
      await served.stop();
    }
  } finally {
    await cluster.stop();
  }
  return 0;
}
