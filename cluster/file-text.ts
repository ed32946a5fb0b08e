import { readFileSync, statSync } from 'node:fs';
import type { Problem } from './inventory.js';

/** Configuration files are small; a log or a disk image is not one. */
const largestFile = 4 << 20;

/** The text of a file. What is no regular file, too large or unreadable is a problem, and undefined. */
export function textOf(file: string, problems: Problem[]): string | undefined {
  const unreadable = (message: string, cure: string) => {
    problems.push({
      code: 'unreadable',
      severity: 'fail',
      origin: { kind: 'file', file, line: 1, column: 1 },
      message,
      cure,
    });
    return undefined;
  };
  try {
    const stat = statSync(file);
    if (!stat.isFile()) {
      return unreadable('is not a regular file', 'name the file itself');
    }
    if (stat.size > largestFile) {
      return unreadable(`is ${stat.size} bytes long, no config file`, 'name the file itself');
    }
    return readFileSync(file, 'utf8');
  } catch (error: unknown) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return unreadable(`cannot be read (${code})`, 'check the path and its mode; run as the user of the components');
  }
}
