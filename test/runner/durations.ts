import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from './jobs.js';
import { output, root } from './transpile.js';

/** Milliseconds that each job took when it ran last on this machine. */
const record = join(output, 'durations.json');
const durations: Record<string, number> = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {};

/** The long ones begin, so that none of them is left alone at the end; one that never ran here is ordered by its size. */
export function longestFirst(jobs: readonly Job[]): readonly Job[] {
  return jobs.toSorted((a, b) => expected(b) - expected(a));
}

function expected({ name, files }: Job): number {
  return durations[name] ?? files.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
}

export function recordDuration(job: Job, milliseconds: number): void {
  durations[job.name] = milliseconds;
  writeFileSync(record, JSON.stringify(durations));
}
