#!/usr/bin/env node
import cluster from 'node:cluster';
import { isSea } from 'node:sea';
import { errorMessage } from '../../credentials/error-text.js';
import { hintOf, OperatorError } from '../config/error.js';
import { isShortage } from '../process/descriptors.js';
import { readVersion } from '../process/version.js';
import { reportToParent } from '../process/workers/child.js';
import { printable } from '../terminal/printable.js';
import { helpOf, overviewOf, programName } from './commands/command.js';
import { commands } from './commands/commands.js';
import { commandCalled, parseFlags } from './commands/parse.js';
import { guardOutput } from './output-guard.js';

/** Runs one command. Exit status: 0 nothing failed, 1 failures found, 2 could not run, 3 nothing failed and a main question is open. */
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
 * The first signal ends the program in order, the second one at once. A worker may receive a signal twice, from a
 * terminal or systemd that signals the whole group, and ends with its parent.
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
  // Without a listener, SIGUSR1 opens Node's debugger to every account of the machine.
  process.on('SIGUSR1', () => undefined);
  return controller.signal;
}

function report(error: unknown): void {
  const hint = hintOf(error) ?? (isShortage(error) ? 'raise LimitNOFILE or ulimit -n' : undefined);
  if (hint === undefined) {
    // A bug: the stack is for its fix.
    process.stderr.write(`${programName}: internal error\n${error instanceof Error ? error.stack : String(error)}\n`);
    return;
  }
  const failure = { message: errorMessage(error), hint };
  if (cluster.isWorker) {
    // The parent prints it, once for all of its workers.
    reportToParent({ kind: 'failed', failure });
    return;
  }
  process.stderr.write(`${programName}: ${printable(failure.message)}\n    ${printable(failure.hint)}\n`);
}

/** Long enough to flush the output; then a connection that a library left open does not delay the end. */
const flushMilliseconds = 2_000;
const couldNotRun = 2;

function end(status: number): void {
  process.exitCode = status;
  setTimeout(() => process.exit(), flushMilliseconds).unref();
}

/** A worker of a single executable gets the name of a script, too, which is the executable again. */
function ownArguments(): readonly string[] {
  return process.argv.slice(cluster.isWorker && isSea() ? 3 : 2);
}

/**
 * After an unexpected error, or an unhandled rejection, the state of the process is unknown: it ends once its output is
 * flushed, and its supervisor starts a new one.
 */
function endOnUnexpectedError(): void {
  process.on('uncaughtException', (error) => {
    if (process.exitCode === couldNotRun) {
      process.exit();
    }
    end(couldNotRun);
    report(error);
    process.stdout.write('', () => process.exit());
  });
}

/** A reader that closed the pipe needs no more output; a full disk is the operator's to fix. The log may fail silently. */
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

endOnUnexpectedError();
endWithoutOutput();
guardOutput(process.stdout);
guardOutput(process.stderr);
main(ownArguments(), stopOnSignals()).then(end, (error: unknown) => {
  report(error);
  end(couldNotRun);
});
