import { basename } from 'node:path';
import { startDevCluster } from '../../../devcluster/dev-cluster.js';
import { tellStory } from '../../../devcluster/story.js';
import { readAgentConfig } from '../../config/load.js';
import { commandLine, shellQuoted } from '../../deploy/shell.js';
import { type Command, type Invocation, text } from './command.js';
import { loggerAt } from './flags.js';
import { listeningAt, serve, untilAborted } from './run.js';

export const demo: Command = {
  name: 'demo',
  summary: 'An embedded dev cluster with the ports of every component, and the agent watching it.',
  usage: ['demo [--story] [--listen HOST:PORT]'],
  options: [
    { name: 'listen', value: 'A', help: 'address of page and metrics (default 127.0.0.1:10793)' },
    { name: 'story', help: 'play a rotation that works, one that leaves TiKV behind, and an expiring certificate' },
  ],
  run: runDemo,
};

/** Milliseconds between two scenes of the story: long enough to look at the page. */
const scenePace = 20_000;

/** This program as its caller has it: by its name, as a file for Node, or as a program of its own. */
function howStarted([node = '', script]: readonly string[] = process.argv): string {
  if (script === undefined || script === node || script === process.execPath) {
    return shellQuoted(node);
  }
  return basename(script) === 'tidb-mtls-agent' ? shellQuoted(script) : commandLine('node', script);
}

async function runDemo(invocation: Invocation): Promise<number> {
  const { stdout, signal, values } = invocation;
  const cluster = await startDevCluster();
  try {
    const config = cluster.agentConfig;
    const logger = loggerAt('warn');
    const served = await serve({
      readConfig: () => listeningAt(text(invocation, 'listen'), readAgentConfig(config)),
      logger,
    });
    try {
      stdout.write(
        [
          `dev cluster   ${cluster.directory}`,
          `status page   ${served.url}/`,
          `metrics       ${served.url}/metrics`,
          `try           ${howStarted()} check --config ${config}`,
          'Ctrl-C ends it.',
          '',
        ].join('\n'),
      );
      if (values.story === true) {
        await tellStory(cluster, (line) => stdout.write(`${line}\n`), signal, scenePace);
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
