import { spawn } from 'node:child_process';
import t from 'tap';
import { globSync } from 'tinyglobby';
import { longestFirst, recordDuration } from './durations.js';
import { type Job, jobsOf } from './jobs.js';
import { javaScriptOf, root, transpile } from './transpile.js';

/**
 * Runs test files: those that the arguments name, or all of them. The tree is transpiled once, and each process runs
 * JavaScript. Raw TAP is printed where nobody watches and with TAP_REPORTER=tap.
 */
const processes = 2;
/** Milliseconds for a process and for each test in it. */
const timeout = 900_000;

const patterns = process.argv.slice(2);
const files = globSync(patterns.length === 0 ? ['test/**/*.test.ts'] : patterns, { cwd: root }).sort();
if (files.length === 0) {
  throw new Error(`no test file is named ${patterns.join(', ')}`);
}
await transpile();

if (process.stdout.isTTY && process.env.TAP_REPORTER !== 'tap') {
  t.pipe(spawn('npx', ['tap', '-'], { stdio: ['pipe', 'inherit', 'inherit'] }).stdin);
}
t.setTimeout(0);
t.jobs = processes;
for (const job of longestFirst(jobsOf(files))) {
  const start = performance.now();
  const env = { ...process.env, TAP_TIMEOUT: String(timeout / 1_000) };
  t.spawn('env', commandOf(job), { cwd: root, env, timeout, buffered: true }, job.name).then(() =>
    recordDuration(job, performance.now() - start),
  );
}

/** Without what tap puts into NODE_OPTIONS: a module loader that every Node which a test starts would load, too. */
function commandOf({ files }: Job): string[] {
  const [file = '', ...others] = files;
  const script = others.length === 0 ? [javaScriptOf(file)] : [javaScriptOf('test/runner/room.ts'), ...files];
  return ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', ...script];
}
