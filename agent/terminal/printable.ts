import { unprintable, visibleJson } from '../../metrics/unprintable.js';

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text on one line of a terminal, with unprintable characters escaped as `\u{202e}`, so that none takes effect or is hidden. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => short[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Indented JSON with control characters escaped; any parser reads the same document. */
export function jsonText(document: unknown): string {
  return `${visibleJson(JSON.stringify(document, null, 2))}\n`;
}
