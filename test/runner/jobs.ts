import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './transpile.js';

/** One process of a run: a test file alone, or those of a folder that can share one. */
export interface Job {
  readonly name: string;
  readonly files: readonly string[];
}

/** What concerns the process as a whole: a file that uses it, itself or by a support file, has a process of its own. */
const processWide = /\bprocess\.|globalThis|'node:(child_process|cluster|dgram|http2?|https|net|tls|worker_threads)'/;

/** Files below one folder of `test/` that can share a process do; `files` are relative to the root. */
export function jobsOf(files: readonly string[]): readonly Job[] {
  const shared = groupByFolder(files.filter(canShare));
  const alone = files.filter((file) => !canShare(file)).map((file) => ({ name: file, files: [file] }));
  return [...alone, ...[...shared].map(([name, members]) => ({ name, files: members }))];
}

function canShare(file: string): boolean {
  return [file, ...supportOf(file)].every((one) => !processWide.test(readFileSync(join(root, one), 'utf8')));
}

/** What a test file imports from `test/`, directly or not. */
function supportOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, path = ''] of text.matchAll(/^(?:import|export|\}) .*from '(\.[^']+)\.js'/gm)) {
    const imported = join(dirname(file), `${path}.ts`);
    if (imported.startsWith('test/') && !seen.has(imported)) {
      seen.add(imported);
      supportOf(imported, seen);
    }
  }
  return seen;
}

function groupByFolder(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const file of files) {
    groups.set(dirname(file), [...(groups.get(dirname(file)) ?? []), file]);
  }
  return groups;
}
