import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from '../../credentials/error-text.js';

/** The names in a folder of /proc; empty where it no longer exists or belongs to another user. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error: unknown) {
    return ignoreGone(error, []);
  }
}

/** The text of a file of /proc; empty where it no longer exists or belongs to another user. */
export function procText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error: unknown) {
    return ignoreGone(error, '');
  }
}

/** The target of a link of /proc; undefined where it no longer exists or belongs to another user. */
export function linkIn(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error: unknown) {
    return ignoreGone(error, undefined);
  }
}

/** The arguments of each visible process, the program first. */
export function commandLines(root: string): readonly { readonly pid: string; readonly args: readonly string[] }[] {
  return namesIn(root)
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, args: procText(`${root}/${pid}/cmdline`).split('\0').filter(Boolean) }));
}

/** Processes can exit during the read, and those of other users are not readable. Other errors are thrown. */
function ignoreGone<T>(error: unknown, value: T): T {
  if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(errorCode(error))) {
    return value;
  }
  throw error;
}
