/** A text that somebody else wrote, short enough for a line; one that is cut says how long it was. */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}
