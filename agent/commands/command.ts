import type { parseArgs } from 'node:util';

type OptionsConfig = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** The values a command was called with. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  readonly stdout: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

export interface OptionHelp {
  readonly name: string;
  /** `F` in `--config F`; undefined for a switch. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: readonly OptionHelp[];
  /** Resolves to the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

export function optionsOf(command: Command): OptionsConfig {
  return Object.fromEntries(
    [...command.options, helpOption].map(({ name, value, multiple }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
    ]),
  );
}

const helpOption: OptionHelp = { name: 'help', help: 'this text' };

export function helpOf(command: Command): string {
  const lines = [...command.options, helpOption].map(({ name, value, help }) => {
    const flag = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return `  ${flag.padEnd(26)} ${help}`;
  });
  return `${command.summary}\n\nUsage: tidb-mtls-agent ${command.usage}\n\n${lines.join('\n')}\n`;
}

export function text(invocation: Invocation, name: string): string | undefined {
  const value = invocation.values[name];
  return typeof value === 'string' ? value : undefined;
}

export function texts(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
