import { readFileSync, type Stats, statSync } from 'node:fs';
import { errorCode } from '../../credentials/error-text.js';
import { ConfigError, orProblem } from './config-error.js';
import type { ConfigDocument } from './document.js';
import type { Problem } from './origin.js';
import { parseToml } from './toml.js';

/** Configuration files are small: a larger file is a log or a disk image. */
const largestFile = 4 << 20;

/** The text of a configuration file. Never waits on a FIFO. Throws ConfigError. */
export function readText(file: string): string {
  const unreadable = (message: string, remediation: string, cause?: unknown) => {
    const origin = { kind: 'file', file, line: 1, column: 1 } as const;
    return new ConfigError({ code: 'unreadable', severity: 'fail', origin, message, remediation }, cause);
  };
  let stat: Stats;
  try {
    stat = statSync(file);
    if (stat.isFile() && stat.size <= largestFile) {
      return readFileSync(file, 'utf8');
    }
  } catch (error: unknown) {
    const remediation = 'check the path and its mode; run as the user of the components';
    throw unreadable(`cannot be read (${errorCode(error) || String(error)})`, remediation, error);
  }
  throw stat.isFile()
    ? unreadable(`is ${stat.size} bytes long, which is too large for a configuration file`, 'name a configuration file')
    : unreadable('is not a regular file', 'name a configuration file');
}

/** A TOML file as a document; undefined, with a problem, when it cannot be read or parsed. */
export function openDocument(file: string, problems: Problem[]): ConfigDocument | undefined {
  return orProblem(problems, () => parseToml(readText(file), file));
}
