import type { Origin, Problem } from './inventory.js';

/** `file:line:column`, a pattern, `--flag`, `PD at https://…`, `process 123` or `default`. */
export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'file':
      return `${origin.file}:${origin.line}:${origin.column}`;
    case 'pattern':
      return origin.pattern;
    case 'flag':
      return origin.name;
    case 'pd':
      return `PD at ${origin.url}${origin.key === undefined ? '' : ` ${origin.key}`}`;
    case 'process':
      return `process ${origin.pid}${origin.flag === undefined ? '' : ` ${origin.flag}`}`;
    case 'default':
      return 'default';
  }
}

const words = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** One line in the style of compilers, which editors jump to. */
export function formatProblem(problem: Problem): string {
  return `${formatOrigin(problem.origin)}: ${words[problem.severity]}: ${problem.message} [${problem.code}]`;
}
