import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { errorCode } from '../../credentials/error-text.js';
import { readRegularFile } from '../../credentials/regular-file.js';

/** Bytes; a process with longer arguments is no component. */
const longestText = 1 << 20;

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
    return readRegularFile(file, longestText).bytes.toString('latin1');
  } catch (error: unknown) {
    return ignoreGone(error, '');
  }
}

/** What a kernel writes of a file of /proc at a time is a page. */
const partBytes = 4_096;

/** The beginning of such a file, read in parts until `enough` is true of what was read. */
export function procBeginning(file: string, enough: (text: string) => boolean): string {
  let text = '';
  try {
    const descriptor = openSync(file, 'r');
    try {
      const part = Buffer.alloc(partBytes);
      for (let length = -1; length !== 0 && !enough(text); text += part.toString('latin1', 0, length)) {
        length = readSync(descriptor, part);
      }
    } finally {
      closeSync(descriptor);
    }
    return text;
  } catch (error: unknown) {
    return ignoreGone(error, text);
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
  if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL', 'too_large'].includes(errorCode(error))) {
    return value;
  }
  throw error;
}
