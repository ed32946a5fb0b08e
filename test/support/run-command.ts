import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { type Command, optionsOf } from '../../agent/cli/commands/command.js';

/** A command in this process; resolves with what it printed, rejects with its error. */
export async function runCommand(command: Command, args: readonly string[]): Promise<string> {
  const { values, positionals } = parseArgs({ args: [...args], options: optionsOf(command), allowPositionals: true });
  const stdout = new PassThrough();
  const printed = text(stdout);
  const { signal } = new AbortController();
  await command.run({ values, positionals, stdout, stderr: process.stderr, signal }).finally(() => stdout.end());
  return printed;
}
