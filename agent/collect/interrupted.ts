import { OperatorError } from '../config/error.js';

/** A cycle that was cut short has no result. */
export function interrupted(): OperatorError {
  return new OperatorError('interrupted', 'interrupted before every port was probed', 'let it finish to get a result');
}
