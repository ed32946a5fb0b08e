import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { globSync } from 'tinyglobby';
import { readText } from '../../cluster/documents/config-file.js';
import { readCredentialFile } from '../../credentials/file.js';
import { readRegularFile } from '../../credentials/regular-file.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test('a file of exactly the limit is read, one byte more is not', async (t) => {
  const file = join(temporaryDirectory(t), 'file');
  writeFileSync(file, 'x'.repeat(100));
  t.equal(readRegularFile(file, 100).bytes.length, 100);
  t.throws(() => readRegularFile(file, 99), { code: 'too_large', message: 'is 100 bytes long' });
});

t.test('a file of /proc that says it is empty and has no end is read to the limit', async (t) => {
  const before = process.memoryUsage.rss();
  t.throws(() => readText('/proc/self/pagemap'), /is longer than 4194304 bytes, which is too large/);
  t.throws(() => readCredentialFile('/proc/self/pagemap'), { code: 'too_large' });
  t.ok(process.memoryUsage.rss() - before < 64 << 20);
});

t.test('a FIFO and a folder are no regular files, and a FIFO is not waited for', async (t) => {
  const directory = temporaryDirectory(t);
  const fifo = join(directory, 'fifo');
  execFileSync('mkfifo', [fifo]);
  mkdirSync(join(directory, 'folder'));
  for (const path of [fifo, join(directory, 'folder')]) {
    t.throws(() => readRegularFile(path, 100), { code: 'not_a_file' });
  }
});

/** Of the program itself, or of its own process. */
const own = ['agent/process/package-files.ts', 'agent/process/descriptors.ts', 'credentials/verifiers/go/machine.ts'];

t.test(
  'nothing else reads files that others write: what is checked by its path may be replaced before it is read',
  async (t) => {
    const root = join(import.meta.dirname, '../..');
    const rooms = ['agent', 'cluster', 'credentials', 'checks', 'probes', 'proxy', 'metrics'].map(
      (room) => `${room}/**/*.ts`,
    );
    const reads = (file: string) =>
      /readFile\(['"`]|\breadFileSync\(|createReadStream\(/.test(readFileSync(join(root, file), 'utf8'));
    t.strictSame(globSync(rooms, { cwd: root }).filter(reads).sort(), own.sort());
  },
);
