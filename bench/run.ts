import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * `npm run bench`: every run, one after the other, each of which writes its section of docs/benchmarks.md.
 * `npm run bench -- proxy start`: these alone. `--short`: whether they work.
 */
const runs = ['files', 'growth', 'probing', 'proxy', 'reaction', 'start'] as const;

const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('--'));
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = named.filter((name) => !runs.some((run) => run === name));
if (unknown.length > 0 || flags.some((flag) => flag !== '--short')) {
  throw new TypeError(`npm run bench -- [--short] [${runs.join('] [')}]`);
}
const failed: string[] = [];
for (const run of named.length === 0 ? runs : named) {
  const start = performance.now();
  const script = `${import.meta.dirname}/${run}.ts`;
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', script, ...flags], { stdio: 'inherit' });
  process.stderr.write(`${run}: ${Math.round((performance.now() - start) / 1000)} s\n`);
  if (status !== 0) {
    failed.push(run);
  }
  // What a run leaves to the kernel, such as thousands of closed connections, is not the next one's.
  await pause(2_000);
}
if (failed.length > 0) {
  throw new Error(`failed: ${failed.join(', ')}`);
}
