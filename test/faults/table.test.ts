import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { globSync } from 'tinyglobby';

const root = join(import.meta.dirname, '../..');

/** The titles of the tests in these files, as the source has them. */
const titlesIn = (pattern: string): readonly string[] =>
  globSync(pattern, { cwd: root, ignore: '**/table.test.ts' }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bt\.test\(\s*(?:'([^']+)'|"([^"]+)"|`([^`]+)`)/g)].map(
      ([, one, two, three]) => one ?? two ?? three ?? '',
    ),
  );

t.test('docs/faults.md names every test on faults, and none that is not there', async (t) => {
  const rows = readFileSync(join(root, 'docs/faults.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| fault |'));
  const named = new Set(rows.map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''));
  const written = titlesIn('test/faults/*.test.ts');
  t.ok(written.length > 0);
  t.strictSame(
    written.filter((title) => !named.has(title)),
    [],
    'every test in test/faults has a row',
  );
  const all = new Set(titlesIn('test/**/*.test.ts'));
  t.strictSame(
    [...named].filter((title) => !all.has(title)),
    [],
    'every row has a test',
  );
});
