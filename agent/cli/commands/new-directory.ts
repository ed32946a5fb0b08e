import { readdirSync } from 'node:fs';
import { errorCode, errorMessage } from '../../../credentials/error-text.js';
import { OperatorError } from '../../config/error.js';

/** Throws OperatorError unless there is no such directory yet, or nothing in it. */
export function requireNew(directory: string): void {
  try {
    if (readdirSync(directory).length > 0) {
      throw new OperatorError('output_not_empty', `${directory} is not empty`, 'name a new directory');
    }
  } catch (error: unknown) {
    if (error instanceof OperatorError) {
      throw error;
    }
    const code = errorCode(error);
    if (code !== 'ENOENT') {
      const hint = code === 'EACCES' ? 'name a folder that you may write to' : 'name a new directory';
      throw new OperatorError('output_unusable', errorMessage(error), hint, error);
    }
  }
}
