import type { parseArgs } from 'node:util';
import { wrap } from '../../terminal/wrap.js';

type OptionsConfig = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** The values a command was called with. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

export interface OptionHelp {
  readonly name: string;
  readonly short?: string;
  /** `F` in `--config F`, which always is a file; undefined for a switch. */
  readonly value?: string;
  /** The closed set that the value is of. */
  readonly choices?: readonly string[];
  readonly multiple?: boolean;
  /** What it does, with default and unit. */
  readonly help: string;
}

/** What a command takes besides flags. */
export interface Operands {
  /** The first one is one of these. */
  readonly words?: readonly string[];
  readonly files?: boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** One line per form. */
  readonly usage: readonly string[];
  readonly operands?: Operands;
  readonly options: readonly OptionHelp[];
  /** Resolves to the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

export const programName = 'tidb-mtls-agent';

const helpOption: OptionHelp = { name: 'help', short: 'h', help: 'this text' };

/** All flags of a command, `--help` included. */
export function flagsOf(command: Command): readonly OptionHelp[] {
  return [...command.options, helpOption];
}

export function optionsOf(command: Command): OptionsConfig {
  return Object.fromEntries(
    flagsOf(command).map(({ name, short, value, multiple }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: multiple ?? false,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

/** The usual width of a terminal, for those that do not report theirs. */
const helpColumns = 80;
const flagColumns = 28;

export function helpOf(command: Command): string {
  const usage = command.usage.map((form, index) => {
    const lead = index === 0 ? 'Usage:' : '      ';
    return `${lead} ${wrapUsage(`${programName} ${form}`)}`;
  });
  const flags = flagsOf(command).map((option) => {
    const flag = `  ${flagText(option)}`;
    const help = wrap(option.help, helpColumns, flagColumns);
    return flag.length < flagColumns - 1
      ? flag.padEnd(flagColumns) + help
      : `${flag}\n${' '.repeat(flagColumns)}${help}`;
  });
  return `${wrap(command.summary, helpColumns)}\n\n${usage.join('\n')}\n\n${flags.join('\n')}\n`;
}

/** Text in brackets stays on one line. */
function wrapUsage(form: string): string {
  const whole = form.replace(/\[[^\]]*\]/g, (bracket) => bracket.replaceAll(' ', '\u00a0'));
  return wrap(whole, helpColumns, 11).replaceAll('\u00a0', ' ');
}

/** `--config F` */
export function flagText({ name, value }: OptionHelp): string {
  return `--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** The text of `--help` without a command: a line per command. */
export function overviewOf(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 3;
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width - 2)}${wrap(summary, helpColumns, width)}`);
  const intro = 'Proves that mutual TLS between TiDB components works.';
  const more = `${programName} help COMMAND prints the flags, ${programName} --version the version.`;
  return `${intro}\n\nUsage: ${programName} COMMAND [--help]\n\n${lines.join('\n')}\n\n${wrap(more, helpColumns)}\n`;
}

export function text(invocation: Invocation, name: string): string | undefined {
  const value = invocation.values[name];
  return typeof value === 'string' ? value : undefined;
}

export function texts(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
