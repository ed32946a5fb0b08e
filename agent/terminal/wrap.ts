import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** In narrower windows lines are too long, rather than one word each. */
const narrowest = 40;

/**
 * A paragraph in `columns`, with lines after the first indented; unchanged where `columns` is undefined. A word that does
 * not fit stays whole, so that paths and fingerprints can be copied.
 */
export function wrap(text: string, columns: number | undefined, indent = 0): string {
  if (columns === undefined) {
    return text;
  }
  const width = Math.max(columns, narrowest) - indent;
  return wrapAnsi(text, width, { hard: false, trim: true }).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

/** A table whose columns are as wide as their widest cell: wide characters take two columns. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function pad(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - stringWidth(cell)));
}

/** The beginning of a line that fits into `columns`. */
export function fitting(text: string, columns: number): string {
  if (stringWidth(text) <= columns) {
    return text;
  }
  const [first = ''] = wrapAnsi(text, Math.max(1, columns - 1), { hard: true, wordWrap: false, trim: false }).split(
    '\n',
  );
  return `${first}…`;
}
