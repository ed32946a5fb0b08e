/** As PEM has it, also in JSON, where a line ends in the two characters of its escape. */
const body = '(?:[A-Za-z0-9+/=\\s:,-]|\\\\+[nr])';
const key = new RegExp(
  `-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----${body}*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|(?!${body}))`,
  'g',
);

/**
 * The text with every private key in it left out. Nothing of ours prints a key; but a file may hold one where a path
 * should be, and then an honest message about that path would.
 */
export function withoutKeys(text: string): string {
  return text.includes('PRIVATE KEY-----') ? text.replace(key, '(a private key)') : text;
}
