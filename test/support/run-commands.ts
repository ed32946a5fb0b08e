import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/**
 * Runs the built command again and again in this one process, as a new process is slow to start: the arguments of each
 * run come as JSON on standard input, and a line between two runs tells whose output follows.
 */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk as Buffer);
}
const [main = '', ...runs] = JSON.parse(Buffer.concat(chunks).toString()) as [string, ...(readonly string[])[]];
// Each run wants to end the process.
const exit = process.exit.bind(process);
process.exit = (() => undefined) as never;
process.setMaxListeners(0);
for (const [index, args] of runs.entries()) {
  process.stdout.write(`\n@@ ${index}\n`);
  process.exitCode = undefined;
  process.argv = [process.argv[0] ?? '', main, ...args];
  await import(`${pathToFileURL(main).href}?${index}`);
  while (process.exitCode === undefined) {
    await pause(5);
  }
}
process.stdout.write('\n@@ end\n');
exit(0);
