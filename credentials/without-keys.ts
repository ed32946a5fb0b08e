const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/;
/** The first character that cannot belong to a key that is cut short; its line breaks may be escaped, or question marks by now. */
const afterMismatch = /[^A-Za-z0-9+/=\s:,?\\-]|\\"/g;
const longestKey = 20_000;

/**
 * The text with every private key in it left out. This program prints no key; but a configuration may hold one where a
 * path should be, and a message that quotes that path would print it.
 */
export function withoutKeys(text: string): string {
  if (!text.includes('PRIVATE KEY-----')) {
    return text;
  }
  let kept = '';
  let at = 0;
  for (let key = next(begin, text, at); key !== null; key = next(begin, text, at)) {
    kept += `${text.slice(at, key.index)}(a private key)`;
    at = endOf(text, key.index + key[0].length);
  }
  return kept + text.slice(at);
}

/** By scanning alone: an expression for what lies between would need a stack as deep as the key is long. */
function endOf(text: string, start: number): number {
  const ended = end.exec(text.slice(start, start + longestKey));
  return ended === null
    ? (next(afterMismatch, text, start)?.index ?? text.length)
    : start + ended.index + ended[0].length;
}

function next(expression: RegExp, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(text);
}
