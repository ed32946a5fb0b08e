/**
 * What a terminal or browser obeys, hides, or shows as something else: control and escape characters, marks that turn the
 * direction of writing, characters without width, private ones, halves of surrogate pairs, and every space that is not
 * the ordinary one. Certificates and peers can say anything.
 */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** JSON that means the same and has none of them as themselves: `\u202e` in their place; its own line breaks stay. */
export function visibleJson(json: string): string {
  return json.replace(unprintable, (character) => (character === '\n' ? character : inUnits(character, '\\')));
}

/** Prometheus' text format with none of them: a label value then reads `\u202e`. */
export function visibleMetrics(exposition: string): string {
  // Nearly always, and of ten thousand ports it is megabytes.
  if (!/[^\n\x20-\x7e]/.test(exposition)) {
    return exposition;
  }
  return exposition.replace(unprintable, (character) => (character === '\n' ? character : inUnits(character, '\\\\')));
}

/** Escapes name UTF-16 units, not code points. */
function inUnits(character: string, backslash: string): string {
  return character
    .split('')
    .map((unit) => `${backslash}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
