import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import { ConfigError } from './config-error.js';
import type { ConfigDocument } from './document.js';
import type { Origin } from './inventory.js';

interface Entry {
  readonly value: unknown;
  readonly valueOrigin: Origin;
  readonly keyOrigin: Origin;
}

/** Parses TOML 1.0; a byte order mark and CRLF are fine. Throws ConfigError naming line and column. */
export function parseToml(text: string, file: string): ConfigDocument {
  const program = parse(text.replace(/^\uFEFF/, ''), file);
  const entries = new Map<string, Entry>();
  for (const node of program.body[0].body) {
    collect(node, '', file, entries);
  }
  return {
    file,
    get: (key) => {
      const entry = entries.get(key);
      return entry === undefined ? undefined : { value: entry.value, origin: entry.valueOrigin };
    },
    keys: () => [...entries].map(([key, { keyOrigin }]) => ({ value: key, origin: keyOrigin })),
  };
}

function parse(text: string, file: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error: unknown) {
    if (!(error instanceof ParseError)) {
      throw error;
    }
    const template = /^\s*\{\{|\{%/m.test(text);
    throw new ConfigError(
      {
        code: 'toml-syntax',
        severity: 'fail',
        origin: { kind: 'file', file, line: error.lineNumber, column: error.column + 1 },
        message: template ? 'not TOML but a template that was not rendered' : error.message,
        cure: template
          ? 'render the template and name the result'
          : 'mend the syntax; the component would not start with it',
      },
      error,
    );
  }
}

function collect(
  node: AST.TOMLTable | AST.TOMLKeyValue,
  prefix: string,
  file: string,
  entries: Map<string, Entry>,
): void {
  if (node.type === 'TOMLTable') {
    for (const entry of node.body) {
      collect(entry, join(prefix, node.resolvedKey), file, entries);
    }
    return;
  }
  const key = join(prefix, getStaticTOMLValue(node.key));
  if (node.value.type === 'TOMLInlineTable') {
    for (const entry of node.value.body) {
      collect(entry, key, file, entries);
    }
    return;
  }
  entries.set(key, {
    value: getStaticTOMLValue(node.value),
    valueOrigin: originOf(node.value, file),
    keyOrigin: originOf(node.key, file),
  });
}

function join(prefix: string, keys: readonly (string | number)[]): string {
  return [...(prefix === '' ? [] : [prefix]), ...keys].join('.');
}

function originOf(node: AST.TOMLNode, file: string): Origin {
  return { kind: 'file', file, line: node.loc.start.line, column: node.loc.start.column + 1 };
}
