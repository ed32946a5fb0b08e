import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../docs/benchmarks.md', import.meta.url);
const head = '# Benchmarks\n\nEach section is written by the run that it tells of: `npm run bench`, `npm run soak`.\n';

/** Writes one section of docs/benchmarks.md, and prints it. */
export function writeSection(title: string, text: string): void {
  const before = existsSync(page) ? readFileSync(page, 'utf8') : head;
  const sections = before.split(/^(?=## )/m).slice(1);
  const others = sections.filter((section) => !section.startsWith(`## ${title}\n`));
  const section = `## ${title}\n\n${text.trim()}\n`;
  const all = [...others.map((one) => `${one.trim()}\n`), section].sort();
  writeFileSync(page, [head, ...all].join('\n'));
  process.stdout.write(section);
}
