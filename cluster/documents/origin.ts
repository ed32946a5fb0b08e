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

/** The place in a file, as evidence of a finding; empty for other sources. */
export function positionOf(
  origin: Origin,
): Readonly<Record<never, never>> | { readonly file: string; readonly line: number; readonly column: number } {
  return origin.kind === 'file' ? { file: origin.file, line: origin.line, column: origin.column } : {};
}

/** The words of compilers for a severity. */
export const severityWords = { fail: 'error', warn: 'warning', note: 'note' } as const;

/** One line in the format of compiler messages, which editors can jump to. */
export function formatProblem(problem: Problem): string {
  return `${formatOrigin(problem.origin)}: ${severityWords[problem.severity]}: ${problem.message} [${problem.code}]`;
}

/** The source of a value; `formatOrigin` prints it. */
export type Origin =
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'pd'; readonly url: string; readonly key?: string }
  | { readonly kind: 'process'; readonly pid: number; readonly flag?: string }
  | { readonly kind: 'default' };

export interface Sourced<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** A problem for the operator: what was observed, where, why it matters, and the fix. */
export interface Problem {
  /** Closed list, also used by lint output: `toml-syntax`, `unknown-key`, `wrong-type` … */
  readonly code: string;
  /** `note`: worth knowing, no fix needed. */
  readonly severity: 'note' | 'warn' | 'fail';
  readonly origin: Origin;
  readonly message: string;
  readonly remediation: string;
}
