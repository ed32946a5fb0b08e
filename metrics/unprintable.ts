/**
 * What a terminal may obey or a reader cannot see: control characters but the line break, marks that turn the direction
 * of writing, characters without width, separators that some programs break lines at, halves of surrogate pairs.
 */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** JSON that means the same and has none of them as themselves: `\u202e` in their place. */
export function visibleJson(json: string): string {
  return json.replace(unprintable, (character) => `\\${codeOf(character)}`);
}

/** Prometheus' text format with none of them: a label value then reads `\u202e`. */
export function visibleMetrics(exposition: string): string {
  return exposition.replace(unprintable, (character) => `\\\\${codeOf(character)}`);
}

function codeOf(character: string): string {
  return `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
