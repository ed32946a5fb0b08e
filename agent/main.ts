#!/usr/bin/env node
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { certs } from './commands/certs.js';
import { check } from './commands/check.js';
import { type Command, helpOf, optionsOf } from './commands/command.js';
import { demo } from './commands/demo.js';
import { lint } from './commands/lint.js';
import { proxy } from './commands/proxy.js';
import { rehearse } from './commands/rehearse.js';
import { run } from './commands/run.js';
import { hintOf, messageOf, OperatorError } from './error.js';
import { nearest } from './nearest.js';
import { readVersion } from './version.js';

const commands: readonly Command[] = [run, check, lint, rehearse, proxy, demo, certs];

/** Runs one command. Exit status: 0 nothing failed, 1 failures found, 2 could not run. */
export async function main(
  args: readonly string[],
  stdout: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') {
    stdout.write(`tidb-mtls-agent ${readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === 'help') {
    stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const guess = nearest(
      name,
      commands.map((one) => one.name),
    );
    throw new OperatorError(
      'unknown_command',
      `unknown command ${name}`,
      guess === undefined ? 'see --help' : `did you mean ${guess}?`,
    );
  }
  const { values, positionals } = parse(command, rest);
  if (values.help === true) {
    stdout.write(helpOf(command));
    return 0;
  }
  return command.run({ values, positionals, stdout, signal });
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionsOf(command), allowPositionals: true, strict: true });
  } catch (error: unknown) {
    throw new OperatorError(
      'bad_flag',
      messageOf(error).split('.')[0] ?? '',
      `see tidb-mtls-agent ${command.name} --help`,
      error,
    );
  }
}

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(8)} ${summary}`);
  return `Proves that mutual TLS between TiDB components works.\n\nUsage: tidb-mtls-agent COMMAND [--help]\n\n${lines.join('\n')}\n`;
}

/**
 * The first signal asks for an orderly end, the second one does not wait for it. A worker hears each twice where a
 * terminal or systemd tells the whole group, and goes with its parent anyhow.
 */
function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && !cluster.isWorker) {
        process.exit(130);
      }
      controller.abort();
    });
  }
  return controller.signal;
}

function report(error: unknown): void {
  const hint = hintOf(error);
  if (hint === undefined) {
    // Not the operator's doing: the stack is for whoever mends it.
    process.stderr.write(`tidb-mtls-agent: internal error\n${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  process.stderr.write(`tidb-mtls-agent: ${messageOf(error)}\n    ${hint}\n`);
}

/** Long enough to flush what was written; then a connection that a library left over keeps nobody waiting. */
const flushMilliseconds = 2_000;

function end(status: number): void {
  process.exitCode = status;
  setTimeout(() => process.exit(), flushMilliseconds).unref();
}

main(process.argv.slice(2), process.stdout, stopOnSignals()).then(end, (error: unknown) => {
  report(error);
  end(2);
});
