import { parseArgs } from 'node:util';
import { nearest } from '../../../cluster/documents/nearest.js';
import { errorMessage } from '../../../credentials/error-text.js';
import { OperatorError } from '../../config/error.js';
import { type Command, flagsOf, optionsOf, programName } from './command.js';

/** Flags and operands as the command's table has them. Throws OperatorError. */
export function parseFlags(command: Command, args: readonly string[]) {
  const parsed = parse(command, args);
  for (const { name, choices } of flagsOf(command)) {
    for (const given of [parsed.values[name]].flat()) {
      if (choices !== undefined && typeof given === 'string' && !choices.includes(given)) {
        throw unknownChoice(`--${name}`, given, choices);
      }
    }
  }
  return parsed;
}

/** A word that is not in a closed set; the hint is the nearest one, or all of them. */
export function unknownChoice(what: string, given: string, choices: readonly string[]): OperatorError {
  const guess = nearest(given, choices);
  const hint = guess === undefined ? `one of: ${choices.join(', ')}` : `did you mean ${guess}?`;
  return new OperatorError('bad_flag', `${what} is "${given}"`, hint);
}

/** Throws OperatorError when there is no such command. */
export function commandCalled(name: string, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) {
    return command;
  }
  throw unknownCommand(
    name,
    name,
    commands.map((one) => one.name),
  );
}

/** `word` is the part of `called` that is not among `known`, which follow the words `before`. */
export function unknownCommand(called: string, word: string, known: readonly string[], before = ''): OperatorError {
  const guess = nearest(word, known);
  const hint = guess === undefined ? `see ${programName} ${before}--help` : `did you mean ${before}${guess}?`;
  return new OperatorError('unknown_command', `unknown command: ${called}`, hint);
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionsOf(command), allowPositionals: true, strict: true });
  } catch (error: unknown) {
    const message = errorMessage(error).split(/[.\n]/)[0] ?? '';
    throw new OperatorError('bad_flag', message, hintFor(command, message), error);
  }
}

function hintFor(command: Command, message: string): string {
  const [, unknown] = /^Unknown option '--([^']+)'/.exec(message) ?? [];
  const names = flagsOf(command).map(({ name }) => name);
  const guess = unknown === undefined ? undefined : nearest(unknown, names);
  const see = `see ${programName} ${command.name} --help`;
  return guess === undefined ? see : `did you mean --${guess}? ${see}`;
}
