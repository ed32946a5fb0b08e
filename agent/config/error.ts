import { ConfigError } from '../../cluster/documents/config-error.js';
import { errorCode, errorMessage } from '../../credentials/error-text.js';

/** A mistake that the operator can fix: printed as one line and its hint, exit status 2, no stack trace. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The hint that the project's error classes carry; undefined for other errors. */
export function hintOf(error: unknown): string | undefined {
  return error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
}

/** The fix where an address to listen on is taken. */
export const addressInUse = 'in use by another process: ss -ltnp shows it';

const reasons: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['does not exist', 'check the path'],
  ENOTDIR: ['does not exist', 'check the path'],
  EACCES: ['may not be read', 'check the mode and the user'],
  EISDIR: ['is a folder', 'name the file itself'],
};

/** The system's error on a file that was to be read; an error that `readText` put in words stays as it is. */
export function unreadable(code: string, file: string, flag: string, error: unknown): Error {
  const system = error instanceof ConfigError ? error.cause : error;
  if (error instanceof ConfigError && system === undefined) {
    return error;
  }
  const [message, hint] = reasons[errorCode(system)] ?? [
    `cannot be read: ${errorMessage(system)}`,
    'check the disk and the mount',
  ];
  return new OperatorError(code, `${file}: ${message}`, `${flag}: ${hint}`, system);
}
