import { unprintable, visibleJson } from '../../metrics/unprintable.js';

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text on one line of a terminal, which obeys and hides none of it: what is unprintable reads `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => short[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Indented JSON that a terminal shows without obeying it; any parser reads the same document. */
export function jsonText(document: unknown): string {
  return `${visibleJson(JSON.stringify(document, null, 2))}\n`;
}
