import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { ConfigDocument } from './document.js';
import type { Problem, Sourced } from './origin.js';

/** Reads typed values of one component's file. A value of the wrong type becomes a problem and counts as not set. */
export class Values {
  readonly document: ConfigDocument;
  readonly #problems: Problem[];

  constructor(document: ConfigDocument, problems: Problem[]) {
    this.document = document;
    this.#problems = problems;
  }

  /** Undefined also for an empty string, which components read as not set. */
  string(key: string): Sourced<string> | undefined {
    const found = this.rawString(key);
    return found === undefined || found.value.trim() === '' ? undefined : found;
  }

  rawString(key: string): Sourced<string> | undefined {
    return this.#typed(key, 'a string', (value): value is string => typeof value === 'string');
  }

  port(key: string): Sourced<number> | undefined {
    const isPort = (value: unknown): value is number =>
      Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
    return this.#typed(key, 'a port number', isPort);
  }

  boolean(key: string): Sourced<boolean> | undefined {
    return this.#typed(key, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** An array of strings. With `single` also one string with commas, as TiFlash and command lines accept it. */
  strings(key: string, single = false): Sourced<readonly string[]> | undefined {
    const found = this.document.get(key);
    if (single && typeof found?.value === 'string') {
      const entries = found.value
        .replace(/^\[|\]$/g, '')
        .split(',')
        .map((entry) => entry.trim().replace(/^["']|["']$/g, ''));
      return { value: entries.filter((entry) => entry !== ''), origin: found.origin };
    }
    const isStrings = (value: unknown): value is readonly string[] =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    return this.#typed(key, 'an array of strings', isStrings);
  }

  /**
   * A path as the component resolves it, against its working directory. If that is unknown, it is assumed to be the folder
   * above `conf/`, as TiUP deploys, and otherwise the folder of the file.
   */
  path(key: string): Sourced<string> | undefined {
    const found = this.string(key);
    if (found === undefined || isAbsolute(found.value)) {
      return found;
    }
    const folder = dirname(resolve(this.document.file));
    const guess = basename(folder) === 'conf' ? dirname(folder) : folder;
    return { value: join(this.document.directory ?? guess, found.value), origin: found.origin };
  }

  #typed<T>(key: string, expected: string, is: (value: unknown) => value is T): Sourced<T> | undefined {
    const found = this.document.get(key);
    if (found === undefined) {
      return undefined;
    }
    if (is(found.value)) {
      return { value: found.value, origin: found.origin };
    }
    this.#problems.push({
      code: 'wrong-type',
      severity: 'fail',
      origin: found.origin,
      message: `${key} must be ${expected}`,
      remediation: `write ${key.slice(key.lastIndexOf('.') + 1)} as ${expected}`,
    });
    return undefined;
  }
}
