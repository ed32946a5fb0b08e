import { parse } from 'shell-quote';
import type { Page, Placed } from './markdown.js';

/** A command line of a page. */
export interface PageCommand {
  readonly line: string;
  /** Why no test runs it: what follows `sh` at the top of its block; undefined where one does. */
  readonly needs: string | undefined;
}

/** Command lines of the `sh` blocks, and what follows `$ ` in blocks that show output. */
export function commandsOf(page: Page): readonly Placed<PageCommand>[] {
  return page.blocks.flatMap(({ value: { language, note, text }, line }) => {
    // A line that ends in a backslash or a pipe goes on.
    const lines = text.split(/(?<![|\\])\n/);
    if (language === 'sh') {
      const needs = note === '' ? undefined : note;
      return lines.filter((one) => one.trim() !== '').map((one) => ({ value: { line: one, needs }, line: line + 1 }));
    }
    const shown = language === '' || language === 'console' ? lines.filter((one) => one.startsWith('$ ')) : [];
    return shown.map((one) => ({ value: { line: one.slice(2), needs: 'a transcript' }, line: line + 1 }));
  });
}

/** The lines that a test of the page itself runs, each once. */
export function linesToRun(page: Page): readonly string[] {
  const lines = commandsOf(page).filter(({ value }) => value.needs === undefined);
  return [...new Set(lines.map(({ value }) => value.line))];
}

/** The programs that a line calls, each with its arguments; variables stay as they are written. */
export function callsOf(line: string): readonly (readonly string[])[] {
  const calls: string[][] = [[]];
  for (const entry of parse(line.replaceAll('\\\n', ' '), (name) => `$${name}`)) {
    if (typeof entry === 'string') {
      calls.at(-1)?.push(entry);
    } else if ('op' in entry) {
      if (entry.op === 'glob') {
        calls.at(-1)?.push(entry.pattern);
      } else {
        // What follows a redirection is a file, no argument; taken for a call it names no program of ours.
        calls.push([]);
      }
    }
  }
  return calls.filter((call) => call.length > 0).map((call) => (call[0] === 'npx' ? call.slice(1) : call));
}
