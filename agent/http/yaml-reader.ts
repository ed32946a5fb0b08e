import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { errorMessage } from '../../credentials/error-text.js';
import { OperatorError } from '../config/error.js';
import { nearest } from '../config/nearest.js';

/** Typed access to a YAML file of settings; every complaint is an OperatorError with file:line:column. */
export class YamlReader {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#document = this.#parsed(text);
    const [error] = this.#document.errors;
    if (error !== undefined) {
      const [message = ''] = error.message.split('\n');
      throw this.#failAt(error.pos[0], message.replace(/ at line \d+.*$/, ''), 'mend the YAML');
    }
    if (this.#document.contents !== null && !isMap(this.#document.contents)) {
      throw this.#failAt(0, 'is no mapping of settings', 'write key: value');
    }
    try {
      // Aliases are resolved here: those of nothing, and those that would take all memory, are refused.
      this.#document.toJS({ maxAliasCount: 100 });
    } catch (error: unknown) {
      const [message = ''] = errorMessage(error).split('\n');
      throw this.#failAt(0, message, 'write the values out');
    }
  }

  #parsed(text: string) {
    try {
      return parseDocument(text, { lineCounter: this.#lines, logLevel: 'silent' });
    } catch (error: unknown) {
      // The library goes down into each level by a call of its own.
      if (error instanceof RangeError) {
        throw this.#failAt(0, 'is nested too deeply to be read', 'write it flatter');
      }
      throw error;
    }
  }

  has(path: readonly string[]): boolean {
    return this.#document.hasIn(path);
  }

  /** The keys of a mapping; none when it is absent or empty. */
  keys(path: readonly string[]): readonly string[] {
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    const value: unknown = isNode(node) ? node.toJS(this.#document) : node;
    if (value === undefined || value === null) {
      return [];
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw this.fail(path, `${path.join('.')} must be a mapping`, 'write key: value below it');
    }
    return Object.keys(value);
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

  string(path: readonly string[]): string | undefined {
    const value = this.#value(path);
    if (value === undefined || value === null || value === '') {
      return undefined;
    }
    if (typeof value !== 'string') {
      throw this.fail(path, `${path.join('.')} must be text`, 'put it in quotes');
    }
    return value;
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
    const value = this.#value(path);
    if (value === undefined || value === null) {
      return [];
    }
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

  fail(path: readonly string[], message: string, hint: string): OperatorError {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.#document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) {
        return this.#failAt(node.range[0], message, hint);
      }
    }
    return this.#failAt(0, message, hint);
  }

  #value(path: readonly string[]): unknown {
    const node: unknown = this.#document.getIn(path, true);
    return isNode(node) ? node.toJS(this.#document) : node;
  }

  #failAt(offset: number, message: string, hint: string): OperatorError {
    const { line, col } = this.#lines.linePos(offset);
    return new OperatorError('web_config_invalid', `${this.#file}:${line || 1}:${col || 1}: ${message}`, hint);
  }
}
