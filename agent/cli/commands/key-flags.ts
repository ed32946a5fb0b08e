import { type ConfigDocument, documentOf, type Entries, type Entry } from '../../../cluster/documents/document.js';
import type { Origin } from '../../../cluster/documents/origin.js';
import { isList, isPath, type Key, type Keys, type TomlValue, type ValuesOf } from '../../config/key.js';
import { rowOf } from '../../config/keys.js';
import { ConfigReader } from '../../config/reader.js';
import { flagOf } from '../../config/value.js';
import type { Invocation, OptionHelp } from './command.js';

/** The rows of keys of agent.toml, by the names that the document has for them. */
export function keysNamed(...names: readonly string[]): Keys {
  return Object.fromEntries(names.map((name) => [name, rowOf(name)]));
}

/** A flag for each row. */
export function keyOptions(keys: Keys): readonly OptionHelp[] {
  return Object.entries(keys).map(([key, row]) => {
    const value = valueName(row);
    return {
      name: flagOf({ key, row }).slice(2),
      ...(value === undefined ? {} : { value }),
      ...(row.choices === undefined ? {} : { choices: row.choices }),
      ...(isList(row) ? { multiple: true } : {}),
      help: helpFor(row),
    };
  });
}

/** The flags that were given, as a layer over agent.toml. */
export function flagEntries({ values }: Invocation, keys: Keys): Entries {
  return new Map(
    Object.entries(keys).flatMap(([key, row]) => {
      const flag = flagOf({ key, row });
      const given = values[flag.slice(2)];
      return given === undefined
        ? []
        : [[key, entryOf(tomlValue(given as string | boolean | string[], row), { kind: 'flag', name: flag })] as const];
    }),
  );
}

export function entryOf(value: TomlValue, origin: Origin): Entry {
  return { value, valueOrigin: origin, keyOrigin: origin };
}

/** Paths of flags are relative to the working directory. */
export function flagDocument(...layers: readonly Entries[]): ConfigDocument {
  return { ...documentOf('', ...layers), directory: process.cwd() };
}

/** The values of flags that are in no file. Throws OperatorError. */
export function flagValues<const K extends Keys>(invocation: Invocation, keys: K): ValuesOf<K> {
  return new ConfigReader(flagDocument(flagEntries(invocation, keys))).values(keys, '');
}

function tomlValue(given: string | boolean | string[], { type }: Key): TomlValue {
  return type === 'integer' && typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
}

function valueName(row: Key): string | undefined {
  const { type, value } = row;
  if (type === 'boolean') {
    return undefined;
  }
  return value ?? (isPath(row) ? 'F' : type === 'integer' ? 'N' : 'D');
}

/** The row's text without its Markdown. */
function helpFor({ doc, mode, default: usual }: Key): string {
  const plain = doc.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
  return `${mode === undefined ? '' : `${mode}: `}${plain}${usual === undefined ? '' : ` (default ${usual})`}`;
}
