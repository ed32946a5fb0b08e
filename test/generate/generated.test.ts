import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { generated } from '../../generate/generate.js';

const root = join(import.meta.dirname, '../..');

t.test('each generated page is what the code says (npm run docs writes them)', async (t) => {
  for (const [file, render] of Object.entries(generated)) {
    t.equal(readFileSync(join(root, file), 'utf8'), render(), file);
  }
});
