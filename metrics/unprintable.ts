/**
 * Characters that a terminal or browser interprets, hides, or shows as something else: control and escape characters,
 * marks of the direction of writing, characters without width, private ones, halves of surrogate pairs, and every space
 * but U+0020. Names in certificates and answers of peers may contain any of them.
 */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** The same JSON with escapes such as `\u202e` in place of these characters; line breaks between tokens stay. */
export function visibleJson(json: string): string {
  return json.replace(unprintable, (character) => (character === '\n' ? character : inUnits(character, '\\')));
}

/** Prometheus' text format with `\u202e` in place of such a character in a label value. */
export function visibleMetrics(exposition: string): string {
  // The usual case, and the text of ten thousand ports is megabytes.
  if (!/[^\n\x20-\x7e]/.test(exposition)) {
    return exposition;
  }
  return exposition.replace(unprintable, (character) => (character === '\n' ? character : inUnits(character, '\\\\')));
}

/** The escapes of each UTF-16 unit; JSON has none for code points. */
function inUnits(character: string, backslash: string): string {
  return character
    .split('')
    .map((unit) => `${backslash}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
