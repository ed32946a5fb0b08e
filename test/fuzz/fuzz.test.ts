import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { mutated } from './mutation.js';
import { complaint } from './property.js';
import { targets as readers } from './targets.js';
import { closeWire, wireTargets } from './wire.js';

const targets = [...readers, ...wireTargets];
const corpus = join(import.meta.dirname, 'corpus');

t.teardown(closeWire);

t.test('inputs that once broke a reader are read or rejected', async (t) => {
  const known = targets.map(({ name }) => name);
  t.strictSame(
    readdirSync(corpus).filter((name) => !known.includes(name)),
    [],
    'each folder belongs to a reader',
  );
  for (const target of targets) {
    const folder = join(corpus, target.name);
    for (const file of existsSync(folder) ? readdirSync(folder) : []) {
      t.equal(await complaint(target, readFileSync(join(folder, file))), undefined, `${target.name}/${file}`);
    }
  }
});

for (const target of targets) {
  t.test(`${target.name}: any bytes are read, or rejected with a code and a fix, in bounded time`, async (t) => {
    for (const seed of target.seeds) {
      t.equal(await complaint(target, seed), undefined, 'a seed');
    }
    await fc.assert(
      fc.asyncProperty(mutated(target.seeds), async (input) => {
        const found = await complaint(target, input);
        if (found !== undefined) {
          throw new Error(found);
        }
      }),
      { numRuns: 60 },
    );
    t.pass('sixty more');
  });
}
