/** How a value is written in agent.toml; flags are converted to the same. `list`: it may have several entries. */
const keyTypes = {
  string: { list: false },
  strings: { list: true },
  'string or strings': { list: true },
  path: { list: false },
  paths: { list: true },
  'path or paths': { list: true },
  duration: { list: false },
  'duration or "off"': { list: false },
  integer: { list: false },
  boolean: { list: false },
} as const;
export type KeyType = keyof typeof keyTypes;

export type TomlValue = string | number | boolean | readonly string[];

/** A text that stands for something else. */
export interface Format<T> {
  /** Undefined when the text is not one. */
  readonly parse: (text: string) => T | undefined;
  /** Completes `is "x", not …`. */
  readonly what: string;
  readonly hint: string;
}

/** One key of agent.toml: the reader, the flag, `--help` and docs/configuration.md are all derived from its row. */
export interface Key {
  readonly type: KeyType;
  /** What a number counts. */
  readonly unit?: string;
  /** The closed set that a text is of. */
  readonly choices?: readonly string[];
  readonly format?: Format<unknown>;
  /** One text may hold several entries, separated by commas. */
  readonly commas?: true;
  /** What holds where the key is absent. A list is empty and a boolean false without it; other keys have no value. */
  readonly default?: TomlValue;
  readonly required?: true;
  readonly example: TomlValue;
  /** One sentence, for `--help` and the reference. */
  readonly doc: string;
  /** What only the reference has room for. */
  readonly more?: string;
  /** The flag's name, where it is not the last part of the key. */
  readonly flag?: string;
  /** What `--help` calls the flag's value, where the type does not say it. */
  readonly value?: string;
  /** The mode of a `[[proxy]]` that uses it; the other one rejects it. */
  readonly mode?: 'terminate' | 'originate';
}

export type Keys = Readonly<Record<string, Key>>;

type Entry<K> = K extends { format: Format<infer T> }
  ? T
  : K extends { choices: readonly (infer Choice)[] }
    ? Choice
    : string;

type WhenAbsent<K> = K extends { required: true } | { default: TomlValue } ? never : undefined;

/** What a key is once it is read: durations are milliseconds, paths absolute. */
export type ValueOf<K extends Key> = K['type'] extends 'boolean'
  ? boolean
  : K['type'] extends 'integer' | 'duration'
    ? number | WhenAbsent<K>
    : K['type'] extends 'duration or "off"'
      ? number | undefined
      : K['type'] extends 'string' | 'path'
        ? Entry<K> | WhenAbsent<K>
        : readonly Entry<K>[];

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

/** The values of a table: `negative-interval` is `negativeInterval`. */
export type ValuesOf<K extends Keys> = { readonly [Name in keyof K & string as Camel<Name>]: ValueOf<K[Name]> };

export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether it has several values, with an empty list where the key is absent. */
export function isList({ type }: Key): boolean {
  return keyTypes[type].list;
}

export function isPath({ type }: Key): boolean {
  return type.startsWith('path');
}

/** A value as agent.toml has it. */
export function tomlText(value: TomlValue): string {
  return Array.isArray(value) ? `[${value.map((entry) => JSON.stringify(entry)).join(', ')}]` : JSON.stringify(value);
}
