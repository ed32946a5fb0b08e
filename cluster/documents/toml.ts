import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import { ConfigError } from './config-error.js';
import { type ConfigDocument, documentOf, type Entries, type Entry } from './document.js';
import type { Origin } from './origin.js';

/** Where line and column (both from 1) of a text are, when it is a part of a larger file. */
export type Place = (line: number, column: number) => Origin;

/** Parses TOML 1.0; a byte order mark and CRLF are fine. Throws ConfigError naming line and column. */
export function parseToml(text: string, file: string): ConfigDocument {
  return documentOf(
    file,
    tomlEntries(text, (line, column) => ({ kind: 'file', file, line, column })),
  );
}

/** As `parseToml`, for a text that is a part of another file. */
export function tomlEntries(text: string, place: Place): Entries {
  const program = parse(text.replace(/^\uFEFF/, ''), place);
  const entries = new Map<string, Entry>();
  for (const node of program.body[0].body) {
    collect(node, '', place, entries);
  }
  return entries;
}

function parse(text: string, place: Place): AST.TOMLProgram {
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
        origin: place(error.lineNumber, error.column + 1),
        message: template ? 'not TOML but a template that was not rendered' : error.message,
        remediation: template ? 'render the template and name the result' : 'mend the syntax; nobody starts with it',
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
  place: Place,
  entries: Map<string, Entry>,
): void {
  if (node.type === 'TOMLTable') {
    for (const entry of node.body) {
      collect(entry, join(prefix, node.resolvedKey), place, entries);
    }
    return;
  }
  const key = join(prefix, getStaticTOMLValue(node.key));
  if (node.value.type === 'TOMLInlineTable') {
    for (const entry of node.value.body) {
      collect(entry, key, place, entries);
    }
    return;
  }
  entries.set(key, {
    value: getStaticTOMLValue(node.value),
    valueOrigin: originOf(node.value, place),
    keyOrigin: originOf(node.key, place),
  });
}

function join(prefix: string, keys: readonly (string | number)[]): string {
  return [...(prefix === '' ? [] : [prefix]), ...keys].join('.');
}

function originOf(node: AST.TOMLNode, place: Place): Origin {
  return place(node.loc.start.line, node.loc.start.column + 1);
}
