import { OperatorError } from '../config/error.js';

/** Half a look is no verdict. */
export function interrupted(): OperatorError {
  return new OperatorError('interrupted', 'interrupted before every port was looked at', 'let it end for a verdict');
}
