import { ConfigError } from '../../cluster/documents/config-error.js';
import { nearest } from '../../cluster/documents/nearest.js';
import { at, parseYaml, type YamlValue } from '../../cluster/documents/yaml.js';

/** Typed values of a YAML file of settings; an error is a ConfigError with its location. */
export class YamlReader {
  readonly #file: string;
  readonly #root: YamlValue | undefined;

  constructor(text: string, file: string) {
    this.#file = file;
    const [root, second] = parseYaml(text, file);
    this.#root = root;
    if (second !== undefined) {
      throw errorAt(second, 'is a second document', 'write one document');
    }
    if (root !== undefined && root.value !== null && root.entries === undefined) {
      throw errorAt(root, 'is no mapping of settings', 'write key: value');
    }
  }

  has(path: readonly string[]): boolean {
    return at(this.#root, ...path) !== undefined;
  }

  /** The keys of a mapping; none when it is absent or empty. */
  keys(path: readonly string[]): readonly string[] {
    const found = at(this.#root, ...path);
    if (found !== undefined && found.value !== null && found.entries === undefined) {
      throw this.fail(path, `${path.join('.')} must be a mapping`, 'write key: value below it');
    }
    return [...(found?.entries?.keys() ?? [])];
  }

  rejectUnknown(path: readonly string[], known: readonly string[]): void {
    for (const key of this.keys(path)) {
      if (!known.includes(key)) {
        const guess = nearest(key, known);
        const hint = guess === undefined ? `known: ${known.join(', ')}` : `did you mean ${guess}?`;
        throw this.fail([...path, key], `unknown key ${[...path, key].join('.')}`, hint);
      }
    }
  }

  /** A number or boolean without quotes is the text that it is written as, as in Go. */
  string(path: readonly string[]): string | undefined {
    const value = this.#value(path);
    if (typeof value === 'object') {
      throw this.fail(path, `${path.join('.')} must be text`, 'put it in quotes');
    }
    return value === '' || value === undefined ? undefined : String(value);
  }

  boolean(path: readonly string[]): boolean | undefined {
    const value = this.#value(path);
    if (value !== undefined && typeof value !== 'boolean') {
      throw this.fail(path, `${path.join('.')} must be true or false`, 'write true or false');
    }
    return value;
  }

  integer(path: readonly string[]): number | undefined {
    const value = this.#value(path);
    if (value !== undefined && !Number.isInteger(value)) {
      throw this.fail(path, `${path.join('.')} must be a whole number`, 'write it without quotes');
    }
    return typeof value === 'number' ? value : undefined;
  }

  strings(path: readonly string[]): readonly string[] {
    const value = this.#value(path) ?? [];
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) {
      throw this.fail(path, `${path.join('.')} must be a list of texts`, `write ${path.at(-1)}: ["…"]`);
    }
    return value;
  }

  choice<const T extends string>(path: readonly string[], values: readonly T[]): T | undefined {
    const given = this.string(path);
    const value = values.find((one) => one === given);
    if (given !== undefined && value === undefined) {
      throw this.fail(path, `${path.join('.')} is "${given}"`, `one of: ${values.join(', ')}`);
    }
    return value;
  }

  /** An error at the value of a path, or at the nearest mapping above it. */
  fail(path: readonly string[], message: string, hint: string): ConfigError {
    const depths = Array.from({ length: path.length }, (_, index) => path.length - index);
    const found = depths.map((depth) => at(this.#root, ...path.slice(0, depth))).find((value) => value !== undefined);
    const start = { origin: { kind: 'file', file: this.#file, line: 1, column: 1 } } as const;
    return errorAt(found ?? this.#root ?? start, message, hint);
  }

  /** Undefined when it is absent or null. */
  #value(path: readonly string[]): unknown {
    return at(this.#root, ...path)?.value ?? undefined;
  }
}

function errorAt({ origin }: Pick<YamlValue, 'origin'>, message: string, hint: string): ConfigError {
  return new ConfigError({ code: 'web-config', severity: 'fail', origin, message, remediation: hint });
}
