import type { Problem } from './origin.js';
import { formatOrigin } from './origin.js';

/** A configuration file that cannot be used as a whole. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: string;
  readonly hint: string;
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(`${formatOrigin(problem.origin)}: ${problem.message}`, cause === undefined ? undefined : { cause });
    this.code = problem.code;
    this.hint = problem.remediation;
    this.problem = problem;
  }
}
