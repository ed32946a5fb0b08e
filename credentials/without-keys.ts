const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----/;
/** A line break, which may be escaped, or base64 follows the first line of a key. */
const keyStart = /[\sA-Za-z0-9+/?\\]/;
/** The first character that cannot belong to a key; its line breaks may be escaped, or question marks by now. */
const afterKey = /[^A-Za-z0-9+/=\s:,?\\-]|\\"/g;

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

/**
 * Behind the last line of the key, or where the text cannot be that of a key any more. A name may hold the first line of
 * a key and nothing else, and another name the last line: what is between them is no key.
 */
function endOf(text: string, start: number): number {
  if (!keyStart.test(text[start] ?? ' ')) {
    return start;
  }
  const limit = next(afterKey, text, start)?.index ?? text.length;
  const ended = end.exec(text.slice(start, limit));
  return ended === null ? limit : start + ended.index + ended[0].length;
}

function next(expression: RegExp, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(text);
}
