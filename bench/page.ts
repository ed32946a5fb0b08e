import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { nodes } from './nodes.js';
import { short } from './short.js';

const page = new URL('../docs/benchmarks.md', import.meta.url);

/** Writes one section of docs/benchmarks.md, and prints it. */
export function writeSection(title: string, text: string): void {
  const section = `## ${title}\n\n${text.trim()}\n\n*${circumstances()}*\n`;
  process.stdout.write(section);
  if (short) {
    return;
  }
  const [head = '', ...sections] = readFileSync(page, 'utf8').split(/^(?=## )/m);
  const others = sections.filter((one) => !one.startsWith(`## ${title}\n`)).map((one) => `${one.trim()}\n`);
  writeFileSync(page, [head.trimEnd().concat('\n'), ...[...others, section].sort()].join('\n'));
}

/** On what the figures were measured, and when. */
export function circumstances(): string {
  const [first] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const names = nodes.map(({ name }) => name).join(' and ');
  return `${day}: ${cpus().length} × ${first?.model ?? 'unknown CPU'}, ${memory}, Linux ${release()}, ${names}`;
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** `Not measured: hitch (apt-get install hitch).`, or nothing. */
export function notMeasured(absent: readonly { readonly name: string; readonly install: string }[]): string {
  const list = absent.map(({ name, install }) => `${name} (${install})`).join(', ');
  return list === '' ? '' : `\nNot measured: ${list}.\n`;
}
