import { errorCode, errorMessage } from '../../credentials/error-text.js';
import { OperatorError } from './error.js';

const reasons: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOENT: ['does not exist', 'check the path'],
  ENOTDIR: ['does not exist', 'check the path'],
  EACCES: ['may not be read', 'mind the mode and the user'],
  EISDIR: ['is a folder', 'name the file itself'],
};

/** What the system said about a file that was to be read, as the operator's mistake that it is. */
export function unreadable(code: string, file: string, flag: string, error: unknown): OperatorError {
  const [message, hint] = reasons[errorCode(error)] ?? [
    `cannot be read: ${errorMessage(error)}`,
    'check the disk and the mount',
  ];
  return new OperatorError(code, `${file}: ${message}`, `${flag}: ${hint}`, error);
}
