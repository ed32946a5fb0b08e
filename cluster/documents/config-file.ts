import { errorCode } from '../../credentials/error-text.js';
import { readRegularFile, UnsuitableFile } from '../../credentials/regular-file.js';
import { ConfigError, orProblem } from './config-error.js';
import type { ConfigDocument } from './document.js';
import type { Problem } from './origin.js';
import { parseToml } from './toml.js';

/** Configuration files are small: a larger file is a log or a disk image. */
const largestFile = 4 << 20;

/** The text of a configuration file. Throws ConfigError. */
export function readText(file: string): string {
  try {
    return readRegularFile(file, largestFile).bytes.toString('utf8');
  } catch (error: unknown) {
    const origin = { kind: 'file', file, line: 1, column: 1 } as const;
    const [message, remediation, cause] =
      error instanceof UnsuitableFile
        ? ([whatIsWrong(error), 'name a configuration file', undefined] as const)
        : ([
            `cannot be read (${errorCode(error) || String(error)})`,
            'check the path and its mode; run as the user of the components',
            error,
          ] as const);
    throw new ConfigError({ code: 'unreadable', severity: 'fail', origin, message, remediation }, cause);
  }
}

function whatIsWrong({ code, message }: UnsuitableFile): string {
  return code === 'too_large' ? `${message}, which is too large for a configuration file` : message;
}

/** A TOML file as a document; undefined, with a problem, when it cannot be read or parsed. */
export function openDocument(file: string, problems: Problem[]): ConfigDocument | undefined {
  return orProblem(problems, () => parseToml(readText(file), file));
}
