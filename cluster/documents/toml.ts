import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import { ConfigError } from './config-error.js';
import { type ConfigDocument, documentOf, type Entries, type Entry } from './document.js';
import type { Origin } from './origin.js';

/** Maps line and column of a text, both from 1, to the file that contains the text. */
export type PositionOf = (line: number, column: number) => Origin;

/** Parses TOML 1.0, also with a byte order mark and CRLF. Throws ConfigError with line and column. */
export function parseToml(text: string, file: string): ConfigDocument {
  return documentOf(
    file,
    tomlEntries(text, (line, column) => ({ kind: 'file', file, line, column })),
  );
}

/** As `parseToml`, for a text inside another file. */
export function tomlEntries(text: string, positionOf: PositionOf): Entries {
  const program = parse(text.replace(/^\uFEFF/, ''), positionOf);
  const entries = new Map<string, Entry>();
  for (const node of program.body[0].body) {
    collect(node, '', positionOf, entries);
  }
  return entries;
}

function parse(text: string, positionOf: PositionOf): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error: unknown) {
    if (!(error instanceof ParseError)) {
      throw error;
    }
    const template = isTemplate(text);
    throw new ConfigError(
      {
        code: 'toml-syntax',
        severity: 'fail',
        origin: positionOf(error.lineNumber, error.column + 1),
        message: template ? 'not TOML but a template that was not rendered' : error.message,
        remediation: template
          ? 'render the template and name the result'
          : 'fix the syntax; no component starts with this file',
      },
      error,
    );
  }
}

/** Go templates, Jinja2 and their like. */
export function isTemplate(text: string): boolean {
  return /^\s*\{\{|\{%/m.test(text);
}

function collect(
  node: AST.TOMLTable | AST.TOMLKeyValue,
  prefix: string,
  positionOf: PositionOf,
  entries: Map<string, Entry>,
): void {
  if (node.type === 'TOMLTable') {
    for (const entry of node.body) {
      collect(entry, join(prefix, node.resolvedKey), positionOf, entries);
    }
    return;
  }
  const key = join(prefix, getStaticTOMLValue(node.key));
  if (node.value.type === 'TOMLInlineTable') {
    for (const entry of node.value.body) {
      collect(entry, key, positionOf, entries);
    }
    return;
  }
  entries.set(key, {
    value: getStaticTOMLValue(node.value),
    valueOrigin: originOf(node.value, positionOf),
    keyOrigin: originOf(node.key, positionOf),
  });
}

function join(prefix: string, keys: readonly (string | number)[]): string {
  return [...(prefix === '' ? [] : [prefix]), ...keys].join('.');
}

function originOf(node: AST.TOMLNode, positionOf: PositionOf): Origin {
  return positionOf(node.loc.start.line, node.loc.start.column + 1);
}
