import { pathToFileURL } from 'node:url';
import t from 'tap';
import { setCurrent } from './current.js';
import { javaScriptOf } from './transpile.js';

/** Runs the test files that the arguments name in this one process, one after the other, each as its own subtest. */
for (const file of process.argv.slice(2)) {
  await t.test(file, async (subtest) => {
    setCurrent(subtest);
    await import(pathToFileURL(javaScriptOf(file)).href);
  });
}
