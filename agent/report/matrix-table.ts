import stringWidth from 'string-width';
import type { Access, Matrix, MatrixCell } from '../../cluster/access/matrix.js';
import { formatAddress } from '../../cluster/inventory/address.js';
import { printable } from '../terminal/printable.js';
import type { Terminal } from '../terminal/terminal.js';
import { aligned, wrap } from '../terminal/wrap.js';

const words: Readonly<Record<Access, string>> = {
  allowed: 'yes',
  rejected: '-',
  'any-certificate': 'any',
  anybody: 'OPEN',
  plaintext: 'PLAIN',
  unknown: '?',
};

/** One word per cell; a needed caller that is refused and a needless one that is let in by name stand out. */
export function wordOf({ access, need }: MatrixCell): string {
  if (access === 'rejected' && need === 'this-port') {
    return 'REFUSED';
  }
  if (access === 'allowed') {
    return { 'this-port': 'yes', 'same-list': '(yes)', none: 'unused' }[need];
  }
  return words[access];
}

const legend = `yes       needed, and let in by name
(yes)     let in by name, since it needs another port under the same list
-         not needed, and refused
REFUSED   needed, but refused
needless  let in by name, and needs no port under this list
any       any certificate of the CA is let in
OPEN      anybody is let in, without a certificate
PLAIN     plaintext
?         the list, the caller's name or the release is not known
`;

/** Callers × ports as a table; where the window is too narrow for it, port by port. */
export function renderMatrix({ callers, rows }: Matrix, { columns }: Terminal): string {
  const ports = rows.map((row) => ({ port: printable(portOf(row)), words: row.cells.map(wordOf) }));
  const table = aligned([['port', ...callers], ...ports.map(({ port, words }) => [port, ...words])]);
  const fits = columns === undefined || table.every((line) => stringWidth(line) <= columns);
  const lines = fits ? table : ports.flatMap(({ port, words }) => [port, ...groupsOf(callers, words, columns)]);
  return `${lines.join('\n')}\n\n${legend}`;
}

function portOf({ instance, endpoint }: Matrix['rows'][number]): string {
  return `${instance.component} ${endpoint.name} ${formatAddress(endpoint)}`;
}

/** A line per word: who has it. */
function groupsOf(callers: readonly string[], cells: readonly string[], columns: number): readonly string[] {
  const width = Math.max(...legend.split('\n').map((line) => line.indexOf(' ')));
  return [...new Set(cells)].map((word) => {
    const agent = callers.filter((_, index) => cells[index] === word);
    return `  ${word.padEnd(width)}  ${wrap(agent.join(', '), columns, width + 4)}`;
  });
}

/** The stable document of `check --matrix --json` and `/api/v1/matrix`. */
export function matrixDocument({ callers, rows }: Matrix) {
  return {
    version: 1,
    callers,
    ports: rows.map(({ instance, endpoint, cells }) => ({
      component: instance.component,
      instance: instance.name,
      endpoint: endpoint.name,
      address: formatAddress(endpoint),
      callers: Object.fromEntries(cells.map(({ caller, need, access }) => [caller, { need, access }])),
    })),
  };
}
