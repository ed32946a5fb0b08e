#!/usr/bin/env node
import cluster from 'node:cluster';
import { isSea } from 'node:sea';
import { errorMessage } from '../../credentials/error-text.js';
import { hintOf, OperatorError } from '../config/error.js';
import { readVersion } from '../process/version.js';
import { reportToParent } from '../process/workers/child.js';
import { printable } from '../terminal/printable.js';
import { helpOf, overviewOf, programName } from './commands/command.js';
import { commands } from './commands/commands.js';
import { commandCalled, parseFlags } from './commands/parse.js';
import { guardOutput } from './output-guard.js';

/** Runs one command. Exit status: 0 nothing failed, 1 failures found, 2 could not run. */
export async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { stdout, stderr } = process;
  const [name, ...rest] = args;
  if (name === '--version' || name === 'version') {
    stdout.write(`${programName} ${readVersion()}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h') {
    (name === undefined ? stderr : stdout).write(overviewOf(commands));
    return name === undefined ? 2 : 0;
  }
  const command = commandCalled(name, commands);
  const { values, positionals } = parseFlags(command, rest);
  if (values.help === true) {
    stdout.write(helpOf(command));
    return 0;
  }
  return command.run({ values, positionals, stdout, stderr, signal });
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
  // With nobody listening to it, Node opens its debugger to every account of the machine.
  process.on('SIGUSR1', () => undefined);
  return controller.signal;
}

function report(error: unknown): void {
  const hint = hintOf(error);
  if (hint === undefined) {
    // Not the operator's doing: the stack is for whoever mends it.
    process.stderr.write(`${programName}: internal error\n${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  const failure = { message: errorMessage(error), hint };
  if (cluster.isWorker) {
    // The parent says it, once for all of its workers.
    reportToParent({ kind: 'failed', failure });
    return;
  }
  process.stderr.write(`${programName}: ${printable(failure.message)}\n    ${printable(failure.hint)}\n`);
}

/** Long enough to flush what was written; then a connection that a library left over keeps nobody waiting. */
const flushMilliseconds = 2_000;
const couldNotRun = 2;

function end(status: number): void {
  process.exitCode = status;
  setTimeout(() => process.exit(), flushMilliseconds).unref();
}

/** A worker of a single executable is told the name of a script, too, which is the executable once more. */
function ownArguments(): readonly string[] {
  return process.argv.slice(cluster.isWorker && isSea() ? 3 : 2);
}

/**
 * What nobody foresaw leaves the process in a state that nobody knows: it ends, after what was written is flushed, and
 * whoever supervises it starts a sound one. A rejection that nobody handled comes here, too.
 */
function endOnUnforeseen(): void {
  process.on('uncaughtException', (error) => {
    if (process.exitCode === couldNotRun) {
      process.exit();
    }
    end(couldNotRun);
    report(error);
    process.stdout.write('', () => process.exit());
  });
}

/** A reader that left needs no more; a disk that is full is the operator's to mend. What cannot be logged is not. */
function endWithoutOutput(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      process.exit();
    }
    report(new OperatorError('no_output', `the output cannot be written: ${error.message}`, 'make room for it', error));
    process.exit(couldNotRun);
  });
}

endOnUnforeseen();
endWithoutOutput();
guardOutput(process.stdout);
guardOutput(process.stderr);
main(ownArguments(), stopOnSignals()).then(end, (error: unknown) => {
  report(error);
  end(couldNotRun);
});
