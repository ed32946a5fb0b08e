import type { Problem } from './origin.js';
import { formatOrigin } from './origin.js';

/** A configuration file that cannot be used at all. */
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

/** The result of `read`. A ConfigError becomes a problem, and the result undefined. */
export function orProblem<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error: unknown) {
    if (error instanceof ConfigError) {
      problems.push(error.problem);
      return undefined;
    }
    throw error;
  }
}
