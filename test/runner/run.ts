import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { globSync } from 'tinyglobby';
import { longestFirst, recordDuration } from './durations.js';
import { type Job, jobsOf } from './jobs.js';
import { javaScriptOf, root, transpile } from './transpile.js';

/**
 * Runs test files: those that the arguments name, or all of them. The tree is transpiled once, and each process runs
 * JavaScript. A terminal gets a line for each process, and what failed; TAP_REPORTER=tap and pipes get all.
 */

/** Processes at a time, for two cores: a test waits for other processes, ports and deadlines half of its time. */
const processes = 4;
/** Milliseconds for a process and for each test in it. */
const timeout = 900_000;

const patterns = process.argv.slice(2);
const files = globSync(patterns.length === 0 ? ['test/**/*.test.ts'] : patterns, { cwd: root }).sort();
if (files.length === 0) {
  throw new Error(`no test file is named ${patterns.join(', ')}`);
}
await transpile();

const jobs = longestFirst(jobsOf(files));
// Its result is the exit status.
t.register();
t.pipe(process.stdout.isTTY && process.env.TAP_REPORTER !== 'tap' ? failures() : process.stdout);
t.setTimeout(0);
t.plan(jobs.length);
t.jobs = processes;
for (const job of jobs) {
  const env = { ...process.env, TAP_TIMEOUT: String(timeout / 1_000) };
  // The time that the process reports, not that since it was queued.
  t.spawn('env', commandOf(job), { cwd: root, env, timeout, buffered: true }, job.name).then((results) =>
    recordDuration(job, results?.time ?? 0),
  );
}

/** Without what tap puts into NODE_OPTIONS: a module loader that every Node which a test starts would load, too. */
function commandOf({ files }: Job): string[] {
  const [file = '', ...others] = files;
  const script = others.length === 0 ? [javaScriptOf(file)] : [javaScriptOf('test/runner/room.ts'), ...files];
  return ['-u', 'NODE_OPTIONS', process.execPath, '--enable-source-maps', ...script];
}

/** Prints TAP without the lines below those of the processes that say that something passed. */
function failures(): NodeJS.WritableStream {
  const passed = /^\s+(ok |1\.\.|# (Subtest|time))|^\s*$/;
  const tap = new PassThrough();
  createInterface(tap).on('line', (line) => {
    if (!passed.test(line)) {
      console.log(line);
    }
  });
  return tap;
}
