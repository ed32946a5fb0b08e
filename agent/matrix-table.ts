import { formatAddress } from '../cluster/address.js';
import type { Access, Matrix, MatrixCell } from '../cluster/matrix.js';
import { printable } from './terminal/printable.js';

const words: Readonly<Record<Access, string>> = {
  allowed: 'yes',
  refused: '-',
  'any-certificate': 'any',
  anybody: 'OPEN',
  plaintext: 'PLAIN',
  unknown: '?',
};

/** One word per cell; a needed caller that is refused and a needless one that is let in by name stand out. */
export function wordOf({ access, need }: MatrixCell): string {
  if (access === 'refused' && need === 'this-port') {
    return 'REFUSED';
  }
  if (access === 'allowed') {
    return { 'this-port': 'yes', 'same-list': '(yes)', none: 'needless' }[need];
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

/** Callers × ports as a table for a terminal. */
export function renderMatrix({ callers, rows }: Matrix): string {
  const lines = [
    ['port', ...callers],
    ...rows.map(({ instance, endpoint, cells }) => [
      printable(`${instance.component} ${endpoint.name} ${formatAddress(endpoint)}`),
      ...cells.map(wordOf),
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length))) ?? [];
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${table.join('\n')}\n\n${legend}`;
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
