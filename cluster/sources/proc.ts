import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from '../../credentials/error-text.js';

/** Names in a folder of /proc; none where it is gone or another user's. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error: unknown) {
    return ignoreGone(error, []);
  }
}

/** The text of a file of /proc; empty where it is gone or another user's. */
export function procText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error: unknown) {
    return ignoreGone(error, '');
  }
}

/** Where a link of /proc points; undefined where it is gone or another user's. */
export function linkIn(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error: unknown) {
    return ignoreGone(error, undefined);
  }
}

/** The arguments of each process that may be looked at, the program first. */
export function commandLines(root: string): readonly { readonly pid: string; readonly args: readonly string[] }[] {
  return namesIn(root)
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, args: procText(`${root}/${pid}/cmdline`).split('\0').filter(Boolean) }));
}

/** Processes end while one looks, and those of other users may not be looked into; anything else is a fault. */
function ignoreGone<T>(error: unknown, value: T): T {
  if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(errorCode(error))) {
    return value;
  }
  throw error;
}
