import { dirname, resolve } from 'node:path';
import type { ConfigDocument } from '../../cluster/documents/document.js';
import type { Origin, Sourced } from '../../cluster/documents/origin.js';
import { camelCase, isList, type Key, type Keys, type ValuesOf } from './key.js';
import { rowOf, sections, type tables } from './keys.js';
import { errorAt, type Located, nameOf, readValue } from './value.js';

/**
 * Typed values of agent.toml and of flags, as their rows describe them. A flag overrides the file's value; a list has
 * the entries of both. What has a wrong type or range is an error at its location.
 */
export class ConfigReader {
  readonly #layers: readonly ConfigDocument[];

  /** Later layers override earlier ones. */
  constructor(...layers: readonly ConfigDocument[]) {
    this.#layers = layers;
  }

  keys(): readonly Sourced<string>[] {
    return this.#layers.flatMap((layer) => layer.keys());
  }

  section<const Name extends keyof typeof sections>(name: Name): ValuesOf<(typeof sections)[Name]> {
    return this.values(sections[name], name);
  }

  /** The values of keys below a prefix, as `probe` or `proxy.0`. */
  values<const K extends Keys>(keys: K, prefix: string): ValuesOf<K> {
    const values = Object.entries(keys).map(([name, row]) => [
      camelCase(name),
      this.#value(prefix === '' ? name : `${prefix}.${name}`, row),
    ]);
    return Object.fromEntries(values);
  }

  /** The prefixes of an array of tables: `instance.0`, `instance.1` … */
  prefixes(name: keyof typeof tables): readonly string[] {
    const prefix = new RegExp(`^${name}\\.\\d+(?=\\.)`);
    return [...new Set(this.keys().flatMap(({ value }) => prefix.exec(value)?.[0] ?? []))];
  }

  /** Where a key's value is, or any of its table where the key is missing. */
  originOf(key: string): Origin {
    const table = key.slice(0, key.lastIndexOf('.') + 1);
    const inTable = this.keys().find(({ value }) => value.startsWith(table))?.origin;
    return this.#found(key).at(-1)?.origin ?? inTable ?? { kind: 'default' };
  }

  /** All of these keys, or none of them. */
  requireTogether(prefix: string, names: readonly string[]): void {
    const keys = names.map((name) => `${prefix}.${name}`);
    const given = keys.find((key) => this.#found(key).length > 0);
    const missing = keys.filter((key) => this.#found(key).length === 0);
    if (given !== undefined && missing.length > 0) {
      const { origin } = this.#located(given);
      const wanted = missing.map((key) => nameOf({ ...this.#located(key), origin })).join(' and ');
      throw this.error(given, `needs ${wanted}, too`, `add ${wanted}`);
    }
  }

  /** `what` follows the key's name, as `is missing`. */
  error(key: string, what: string, hint: string): Error {
    return errorAt(this.#located(key), what, hint);
  }

  #value(key: string, row: Key): unknown {
    const found = this.#found(key).map((one) => readValue({ key, row, ...one }));
    const value = isList(row) ? found.flat() : found.at(-1);
    if (row.required === true && (found.length === 0 || (isList(row) && found.flat().length === 0))) {
      throw errorAt({ key, row, origin: this.originOf(key) }, 'is missing');
    }
    if (found.length > 0 || row.default === undefined) {
      return value ?? (row.type === 'boolean' ? false : undefined);
    }
    return readValue({ key, row, value: row.default, origin: { kind: 'default' }, directory: '' });
  }

  #located(key: string): Located {
    return { key, row: rowOf(key), origin: this.originOf(key) };
  }

  #found(key: string): readonly (Sourced<unknown> & { readonly directory: string })[] {
    return this.#layers.flatMap((layer) => {
      const found = layer.get(key);
      const directory = layer.directory ?? dirname(resolve(layer.file));
      return found === undefined ? [] : [{ ...found, directory }];
    });
  }
}
