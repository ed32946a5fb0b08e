import { isAbsolute, resolve } from 'node:path';
import type { ConfigDocument } from '../../cluster/documents/document.js';
import type { Origin, Sourced } from '../../cluster/documents/origin.js';
import { formatOrigin } from '../../cluster/documents/origin.js';
import { longestDuration, parseDuration } from './duration.js';
import { OperatorError } from './error.js';
import type { KeyType } from './key.js';
import { configKeyOf, inArrayOfTables } from './keys.js';

/**
 * Typed values of agent.toml; what has the wrong type or range is an OperatorError with its place. A key is read as the
 * type that the table of keys gives it, which is what the reference shows; anything else is a TypeError.
 */
export class ConfigReader {
  readonly #document: ConfigDocument;
  readonly #directory: string;

  constructor(document: ConfigDocument, directory: string) {
    this.#document = document;
    this.#directory = directory;
  }

  keys(): readonly Sourced<string>[] {
    return this.#document.keys();
  }

  originOf(key: string): Origin | undefined {
    return this.#document.get(key)?.origin;
  }

  /** Relative paths are relative to the file. */
  path(value: string): string {
    return isAbsolute(value) ? value : resolve(this.#directory, value);
  }

  file(key: string): string | undefined {
    const found = this.#text(key, 'path');
    if (found?.value.includes('-----BEGIN ') === true) {
      throw invalid(found.origin, `${key} is PEM text`, 'write it to a file, and its path here');
    }
    return found === undefined ? undefined : this.path(found.value);
  }

  string(key: string): Sourced<string> | undefined {
    return this.#text(key, 'string');
  }

  strings(key: string): readonly string[] {
    return this.#texts(key, 'strings');
  }

  stringOrStrings(key: string): readonly string[] {
    const type = 'string or strings';
    return typeof this.#document.get(key)?.value === 'string'
      ? [this.#text(key, type)?.value ?? '']
      : this.#texts(key, type);
  }

  choice<const T extends string>(key: string, values: readonly T[]): T | undefined {
    const found = this.string(key);
    if (found === undefined) {
      return undefined;
    }
    const value = values.find((one) => one === found.value);
    if (value === undefined) {
      throw invalid(found.origin, `${shown(key)} is "${found.value}"`, `one of: ${values.join(', ')}`);
    }
    return value;
  }

  /** In milliseconds. */
  duration(key: string): number | undefined {
    const found = this.#text(key, 'duration');
    if (found === undefined) {
      return undefined;
    }
    const milliseconds = parseDuration(found.value);
    if (milliseconds === undefined || milliseconds < 100) {
      const message = `${shown(key)} is "${found.value}", not a duration of 100ms or more`;
      throw invalid(found.origin, message, `write ${written(key)} = "15s"`);
    }
    if (milliseconds > longestDuration.milliseconds) {
      const message = `${shown(key)} is "${found.value}", longer than ${longestDuration.text}`;
      throw invalid(found.origin, message, `write ${written(key)} = "${longestDuration.text}" or less`);
    }
    return milliseconds;
  }

  /** Whether a key says `"off"` where others say a duration. */
  isOff(key: string): boolean {
    return this.#text(key, 'duration')?.value === 'off';
  }

  positiveInteger(key: string): number | undefined {
    const found = this.#value(key, 'integer');
    if (found === undefined) {
      return undefined;
    }
    const { value } = found;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
      throw invalid(found.origin, `${shown(key)} must be a whole number above 0`, `write ${written(key)} = 16`);
    }
    return value;
  }

  boolean(key: string): boolean | undefined {
    const found = this.#value(key, 'boolean');
    if (found === undefined) {
      return undefined;
    }
    if (typeof found.value !== 'boolean') {
      throw invalid(found.origin, `${shown(key)} must be true or false`, `write ${written(key)} = true`);
    }
    return found.value;
  }

  /** A complaint about a key, at its place, or at that of its table where the key is missing. */
  invalid(key: string, prefix: string, message: string, hint: string): OperatorError {
    const inTable = this.keys().find(({ value }) => value.startsWith(`${prefix}.`))?.origin;
    return invalid(this.originOf(key) ?? inTable ?? { kind: 'default' }, message, hint);
  }

  /** The prefixes of an array of tables: `instance.0`, `instance.1` … */
  tables(name: string): readonly string[] {
    const prefix = new RegExp(`^${name}\\.(\\d+)\\.`);
    const indices = new Set(this.keys().flatMap(({ value }) => prefix.exec(value)?.[1] ?? []));
    return [...indices].map((index) => `${name}.${index}`);
  }

  #value(key: string, type: KeyType): Sourced<unknown> | undefined {
    const known = configKeyOf(key)?.type;
    if (known !== type) {
      throw new TypeError(`${key} is read as ${type}, the table of keys has it as ${known ?? 'nothing'}`);
    }
    return this.#document.get(key);
  }

  #text(key: string, type: KeyType): Sourced<string> | undefined {
    const found = this.#value(key, type);
    if (found === undefined) {
      return undefined;
    }
    if (typeof found.value !== 'string' || found.value === '') {
      throw invalid(found.origin, `${shown(key)} must be a string that is not empty`, `write ${written(key)} = "…"`);
    }
    return { value: found.value, origin: found.origin };
  }

  #texts(key: string, type: KeyType): readonly string[] {
    const found = this.#value(key, type);
    if (found === undefined) {
      return [];
    }
    if (!Array.isArray(found.value) || found.value.some((entry) => typeof entry !== 'string')) {
      throw invalid(found.origin, `${shown(key)} must be an array of strings`, `write ${written(key)} = ["…"]`);
    }
    return found.value as readonly string[];
  }
}

export function invalid(origin: Origin, message: string, hint: string): OperatorError {
  return new OperatorError('config_invalid', `${formatOrigin(origin)}: ${message}`, hint);
}

/** As people know it: `[[proxy]] alpn` for `proxy.0.alpn`. */
function shown(key: string): string {
  const found = inArrayOfTables(key);
  return found === undefined ? key : `[[${found.table}]] ${found.name}`;
}

function written(key: string): string {
  return inArrayOfTables(key)?.name ?? key;
}
