import type { Problem } from '../../cluster/documents/origin.js';
import { formatProblem } from '../../cluster/documents/origin.js';
import { printable } from '../terminal/printable.js';
import { coloured, type Terminal } from '../terminal/terminal.js';
import { wrap } from '../terminal/wrap.js';

const colours = { fail: 'red', warn: 'yellow', note: 'gray' } as const;

/** Each problem as `file:line:column: …`, which editors can open, with its fix below it. */
export function renderProblems(problems: readonly Problem[], terminal: Terminal): string {
  return problems
    .map((problem) => {
      const line = wrap(printable(formatProblem(problem)), terminal.columns, 4);
      return `${coloured(terminal, colours[problem.severity], line)}\n    ${wrap(printable(problem.remediation), terminal.columns, 4)}\n`;
    })
    .join('');
}
