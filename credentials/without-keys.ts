const begin = '-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----';
const end = '-----END [A-Z0-9 ]*PRIVATE KEY-----';
/** What a torn key may go on with; its line breaks may be escaped, or question marks by now. */
const body = '(?:[A-Za-z0-9+/=\\s:,?-]|\\\\(?!"))*';
const longestKey = 20_000;
const key = new RegExp(`${begin}(?:[\\s\\S]{0,${longestKey}}?${end}|${body})`, 'g');

/**
 * The text with every private key in it left out. Nothing of ours prints a key; but a file may hold one where a path
 * should be, and then an honest message about that path would.
 */
export function withoutKeys(text: string): string {
  return text.includes('PRIVATE KEY-----') ? text.replace(key, '(a private key)') : text;
}
