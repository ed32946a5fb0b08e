/** The code of a system, TLS or own error, as `ENOENT`; empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The message of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What was thrown, and the line of code that threw it, as one line: `TypeError: x is not a function at run (a.js:1:2)`. */
export function exceptionText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line));
  return `${error.name}: ${error.message}${frame === undefined ? '' : ` ${frame.trim()}`}`.replaceAll('\n', ' ');
}
