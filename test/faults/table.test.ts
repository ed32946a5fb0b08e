import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const page = join(import.meta.dirname, '../../docs/faults.md');

t.test('docs/faults.md names every test on faults, and none that is not there', async (t) => {
  const rows = readFileSync(page, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const named = new Set(rows.slice(1).map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? ''));
  const files = readdirSync(import.meta.dirname).filter((name) => name !== 'table.test.ts');
  const written = files.flatMap((name) =>
    [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/^t\.test\(\s*'([^']+)'/gm)].map(
      ([, title]) => title,
    ),
  );
  t.ok(written.length > 0);
  t.strictSame([...named].sort(), written.sort());
});
