/**
 * What a terminal obeys, hides, or shows as something else: control and escape characters, bidirectional marks,
 * zero-width and private characters, and every space that is not the ordinary one.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Certificates and peers can say anything: here it becomes visible and harmless, as in `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(unseen, (character) => short[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Indented JSON that a terminal shows without obeying it; any parser reads the same document. */
export function jsonText(document: unknown): string {
  const text = JSON.stringify(document, null, 2);
  return `${text.replace(unseen, (character) => (character === '\n' ? character : escapedUnits(character)))}\n`;
}

/** JSON escapes UTF-16 units, not code points. */
function escapedUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
