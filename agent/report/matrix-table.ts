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

/** One word per cell. A rejected caller that needs the port is in capitals. */
export function wordOf({ access, need }: MatrixCell): string {
  if (access === 'rejected' && need === 'this-port') {
    return 'REJECTED';
  }
  if (access === 'allowed') {
    return { 'this-port': 'yes', 'same-list': '(yes)', none: 'unused' }[need];
  }
  return words[access];
}

const legend = `yes       needs the port, and the allow-list has its name
(yes)     accepted, not needed here: the list also protects a port that it needs
-         rejected, and does not need the port
REJECTED  needs the port, and the allow-list does not have its name
unused    unused entry: the allow-list has its name, and it needs no port under this list
any       any certificate of the CA is accepted
OPEN      clients without a certificate are accepted
PLAIN     plaintext
?         unknown: the allow-list, the caller's name or the release
`;

/** Ports × callers as a table; in a terminal too narrow for it, port by port. */
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

/** A line per word, with the callers that have it. */
function groupsOf(callers: readonly string[], cells: readonly string[], columns: number): readonly string[] {
  const width = Math.max(...legend.split('\n').map((line) => line.indexOf(' ')));
  return [...new Set(cells)].map((word) => {
    const members = callers.filter((_, index) => cells[index] === word);
    return `  ${word.padEnd(width)}  ${wrap(members.join(', '), columns, width + 4)}`;
  });
}

/** The stable document of `check --matrix --output json` and `/api/v1/matrix`. */
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
