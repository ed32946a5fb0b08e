import type { Origin, Problem } from './inventory.js';

/** `file:line:column`, `--flag` or `default`. */
export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'flag':
      return origin.name;
    case 'default':
      return 'default';
  }
}

/** One line in the style of compilers, which editors jump to. */
export function formatProblem(problem: Problem): string {
  const severity = problem.severity === 'fail' ? 'error' : 'warning';
  return `${formatOrigin(problem.origin)}: ${severity}: ${problem.message} [${problem.code}]`;
}
