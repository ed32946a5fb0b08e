import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { errorMessage } from '../../credentials/error-text.js';
import { ConfigError } from './config-error.js';
import type { Entries, Entry } from './document.js';
import type { Origin } from './origin.js';
import { isTemplate, type PositionOf } from './toml.js';

/** A value of a YAML file with its position: a scalar, a list or a mapping. Aliases and merge keys are resolved. */
export interface YamlValue {
  readonly origin: Origin;
  /** The value in JavaScript; of a mapping or a list, with its contents. */
  readonly value: unknown;
  readonly entries: ReadonlyMap<string, YamlEntry> | undefined;
  readonly items: readonly YamlValue[] | undefined;
  /** Maps the lines of a block scalar to the file; for another value, gives its position. */
  readonly positionOf: PositionOf;
}

/** A key that a mapping has twice; the last one counts. */
export interface DuplicateKey {
  readonly key: string;
  readonly first: Origin;
  readonly again: Origin;
}

interface YamlEntry {
  readonly key: Origin;
  readonly value: YamlValue;
}

/**
 * Parses a stream of YAML documents without the empty ones. Throws ConfigError with line and column, also for a key that a
 * mapping has twice, unless `duplicates` takes these.
 */
export function parseYaml(text: string, file: string, duplicates?: DuplicateKey[]): readonly YamlValue[] {
  try {
    return documentsIn(text, file, duplicates);
  } catch (error: unknown) {
    // The library recurses into each level, and exceeds the call stack.
    if (error instanceof RangeError) {
      const message = 'nested too deeply to be read';
      const origin = { kind: 'file', file, line: 1, column: 1 } as const;
      throw new ConfigError(
        { code: 'yaml-syntax', severity: 'fail', origin, message, remediation: 'write it flatter' },
        error,
      );
    }
    throw error;
  }
}

function documentsIn(text: string, file: string, duplicates: DuplicateKey[] | undefined): readonly YamlValue[] {
  const lines = new LineCounter();
  const clean = text.replace(/^\uFEFF/, '');
  const documents = parseAllDocuments(clean, {
    lineCounter: lines,
    merge: true,
    logLevel: 'silent',
    uniqueKeys: duplicates === undefined,
  });
  const at = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { kind: 'file', file, line: line || 1, column: col || 1 };
  };
  const parsed = [...documents] as Document.Parsed[];
  for (const { errors } of parsed) {
    const [error] = errors;
    if (error !== undefined) {
      throw syntaxError(clean, at(error.pos[0]), error);
    }
  }
  return parsed.flatMap((document) => {
    const reader = new Reader(document, clean, at, file, duplicates ?? []);
    return document.contents === null ? [] : [reader.valueOf(document.contents)];
  });
}

function syntaxError(text: string, origin: Origin, error: Error): ConfigError {
  const template = isTemplate(text);
  const [message = ''] = error.message.replace(/ at line \d+[\s\S]*$/, '').split('\n');
  return new ConfigError(
    {
      code: 'yaml-syntax',
      severity: 'fail',
      origin,
      message: template ? 'not YAML but a template that was not rendered' : message,
      remediation: template
        ? 'render the template and name the result'
        : 'fix the YAML; indentation must not vary in a list',
    },
    error,
  );
}

class Reader {
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #at: (offset: number) => Origin;
  readonly #file: string;
  readonly #duplicates: DuplicateKey[];

  constructor(
    document: Document.Parsed,
    text: string,
    at: (offset: number) => Origin,
    file: string,
    duplicates: DuplicateKey[],
  ) {
    this.#duplicates = duplicates;
    this.#document = document;
    this.#text = text;
    this.#at = at;
    this.#file = file;
  }

  valueOf(node: Node): YamlValue {
    const resolved = isAlias(node) ? (node.resolve(this.#document) ?? node) : node;
    const origin = this.#at(node.range?.[0] ?? 0);
    return {
      origin,
      value: this.#javascriptOf(node),
      entries: isMap(resolved) ? this.#entriesOf(resolved) : undefined,
      items: isSeq(resolved) ? resolved.items.map((item) => this.valueOf(item as Node)) : undefined,
      positionOf: isScalar(resolved) ? this.#positionsOf(resolved, origin) : () => origin,
    };
  }

  /** The library resolves aliases and merges here. It rejects unknown aliases, and expansions that would exhaust memory. */
  #javascriptOf(node: Node): unknown {
    try {
      return node.toJS(this.#document, { maxAliasCount: 100 });
    } catch (error: unknown) {
      const problem = {
        code: 'yaml-syntax',
        severity: 'fail' as const,
        origin: this.#at(node.range?.[0] ?? 0),
        message: errorMessage(error),
        remediation: 'write the values out',
      };
      throw new ConfigError(problem, error);
    }
  }

  #entriesOf(map: YAMLMap): ReadonlyMap<string, YamlEntry> {
    const entries = new Map<string, YamlEntry>();
    const pairs = map.items as readonly Pair<Node, Node | null>[];
    for (const pair of pairs.filter(isMerge)) {
      for (const merged of this.#mergedBy(pair)) {
        for (const [key, entry] of merged) {
          entries.set(key, entry);
        }
      }
    }
    const own = new Map<string, Origin>();
    for (const pair of pairs.filter((one) => !isMerge(one))) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const keyOrigin = this.#at(pair.key.range?.[0] ?? 0);
      const first = own.get(key);
      if (first !== undefined) {
        this.#duplicates.push({ key, first, again: keyOrigin });
      }
      own.set(key, keyOrigin);
      const empty: YamlValue = {
        origin: keyOrigin,
        value: null,
        entries: undefined,
        items: undefined,
        positionOf: () => keyOrigin,
      };
      entries.set(key, { key: keyOrigin, value: pair.value === null ? empty : this.valueOf(pair.value) });
    }
    return entries;
  }

  /** The mappings of `<<` in reverse order, because later ones override: the first of a list has precedence. */
  #mergedBy({ value }: Pair<Node, Node | null>): readonly ReadonlyMap<string, YamlEntry>[] {
    const read = value === null ? undefined : this.valueOf(value);
    const sources = read?.items ?? (read === undefined ? [] : [read]);
    return sources.flatMap(({ entries }) => (entries === undefined ? [] : [entries])).reverse();
  }

  #positionsOf(
    scalar: { type?: string | undefined; range?: readonly number[] | null | undefined },
    origin: Origin,
  ): PositionOf {
    if (scalar.type !== 'BLOCK_LITERAL' || origin.kind !== 'file') {
      return () => origin;
    }
    const rest = this.#text.slice(scalar.range?.[0] ?? 0, scalar.range?.[2]);
    const body = rest.split('\n').slice(1);
    const indent = Math.min(
      ...body.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
    );
    return (line, column) => ({
      kind: 'file',
      file: this.#file,
      line: origin.line + line,
      column: column + (Number.isFinite(indent) ? indent : 0),
    });
  }
}

function isMerge({ key }: Pair<Node, Node | null>): boolean {
  return isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol');
}

/** A mapping as settings: nested and dotted keys alike, a list as one value. */
export function settingsOf(root: YamlValue | undefined, prefix = ''): Entries {
  const settings = new Map<string, Entry>();
  for (const [key, { key: keyOrigin, value }] of root?.entries ?? []) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (value.entries === undefined) {
      settings.set(path, { value: value.value, valueOrigin: value.origin, keyOrigin });
    } else {
      for (const [below, entry] of settingsOf(value, path)) {
        settings.set(below, entry);
      }
    }
  }
  return settings;
}

/** The value at a path of keys; undefined where one of them is missing. */
export function at(root: YamlValue | undefined, ...path: readonly string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>((value, key) => value?.entries?.get(key)?.value, root);
}

/** The text of a scalar, numbers included; undefined for anything else. */
export function textAt(root: YamlValue | undefined, ...path: readonly string[]): string | undefined {
  const value = at(root, ...path)?.value;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
