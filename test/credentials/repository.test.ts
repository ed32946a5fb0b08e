import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CredentialError } from '../../credentials/error.js';
import { readCredentialFile } from '../../credentials/file.js';
import { areSame, CredentialRepository, contentOf } from '../../credentials/repository.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

t.test('the same object for as long as a file is as it was', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const repository = new CredentialRepository();
  writeFileSync(path, 'one');
  const first = repository.state(path);
  t.equal(repository.state(path), first);
  t.equal(repository.file(path), first);
  utimesSync(path, 1, 1);
  const touched = repository.state(path);
  t.not(touched, first, 'a touch is another state');
  t.equal(contentOf(touched), contentOf(first), 'with the same content');
  t.match(touched, { stat: { modifiedAt: 1_000 } });
});

t.test('content, permissions and presence are what a file is', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const repository = new CredentialRepository();
  const changes: Readonly<Record<string, () => void>> = {
    written: () => writeFileSync(path, 'one', { mode: 0o600 }),
    'written again': () => writeFileSync(path, 'two'),
    'of other permissions': () => chmodSync(path, 0o644),
    'renamed over': () => {
      writeFileSync(`${path}.new`, 'three');
      renameSync(`${path}.new`, path);
    },
    removed: () => rmSync(path),
    'a FIFO': () => execFileSync('mkfifo', [path]),
  };
  let before = contentOf(repository.state(path));
  for (const [what, change] of Object.entries(changes)) {
    change();
    const after = contentOf(repository.state(path));
    t.not(after, before, what);
    before = after;
  }
});

t.test('one that cannot be read is one error for as long as it stays so, and tried again each time', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const repository = new CredentialRepository();
  const missing = repository.state(path);
  t.match(missing, { code: 'not_found' });
  t.equal(repository.state(path), missing);
  t.throws(() => repository.file(path), { code: 'not_found' });
  writeFileSync(path, 'here');
  t.notOk(repository.state(path) instanceof CredentialError);
});

t.test('writes within one tick of the clock, of the same length, are seen', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const repository = new CredentialRepository();
  for (let count = 1_000; count < 1_500; count++) {
    writeFileSync(path, `${count}`);
    const { bytes } = repository.file(path);
    if (bytes.toString() !== `${count}`) {
      t.fail(`${bytes} instead of ${count}`);
    }
  }
});

t.test('files read again that are as they were stay the same objects; unused files are forgotten', async (t) => {
  const path = join(temporaryDirectory(t), 'file');
  const repository = new CredentialRepository();
  writeFileSync(path, 'one');
  const first = repository.state(path);
  repository.invalidate();
  t.equal(repository.state(path), first);
  repository.invalidate();
  repository.invalidate();
  t.not(repository.state(path), first);
});

t.test('files that are used together are the same only when each of them is', async (t) => {
  const directory = temporaryDirectory(t);
  const repository = new CredentialRepository();
  const read = () => ({ cert: repository.state(join(directory, 'cert')), ca: undefined });
  const first = read();
  t.ok(areSame(read(), first));
  t.notOk(areSame(first, undefined));
  writeFileSync(join(directory, 'cert'), 'one');
  t.notOk(areSame(read(), first));
});

t.test('a file is read to its end or to the limit, whatever length the system says', async (t) => {
  t.match(readCredentialFile('/proc/self/status').bytes.toString(), /^Name:[\s\S]*nonvoluntary_ctxt_switches:.*\n$/);
  t.throws(() => readCredentialFile('/proc/kallsyms'), { code: 'too_large' });
  const path = join(temporaryDirectory(t), 'long');
  writeFileSync(path, Buffer.alloc(1 << 20, 'a'));
  t.equal(readCredentialFile(path).bytes.length, 1 << 20);
});
