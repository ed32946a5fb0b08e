import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FSWatcher } from 'chokidar';
import t, { type Test } from 'tap';
import { FileWatcher } from '../../../agent/sidecar/file-watcher.js';
import { CredentialRepository } from '../../../credentials/repository.js';
import { eventually } from '../../support/eventually.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

function watching(t: Test) {
  const directory = temporaryDirectory(t);
  const [first, second] = ['a', 'b'].map((name) => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'file'), 'one');
    return join(directory, name, 'file');
  });
  const changes: string[] = [];
  const touches: true[] = [];
  const watcher = new FileWatcher({
    repository: new CredentialRepository(),
    sweepInterval: 3_600_000,
    onChange: (detectedBy, files) =>
      changes.push(`${detectedBy} ${files.map((file) => basename(dirname(file))).join()}`),
    onTouch: () => touches.push(true),
    onEvents: () => t.fail('events can be had'),
    onError: (error) => t.fail(String(error)),
  });
  t.teardown(() => watcher.close());
  return { watcher, changes, touches, first: first ?? '', second: second ?? '' };
}

t.test('other files while the watch on the first ones is not ready: both calls return', async (t) => {
  const { watcher, changes, first, second } = watching(t);
  await Promise.all([watcher.watchFiles([first]), watcher.watchFiles([second])]);
  writeFileSync(second, 'two');
  await eventually('the latter are watched', () => changes.length === 1);
  writeFileSync(first, 'two');
  writeFileSync(second, 'three');
  await eventually('and no others', () => changes.length === 2);
  t.strictSame(changes, ['event b', 'event b'], 'each names what changed');
});

t.test('closing it before its watch is ready ends the wait', async (t) => {
  const { watcher, changes, first } = watching(t);
  const pending = watcher.watchFiles([first]);
  await watcher.close();
  await pending;
  writeFileSync(first, 'two');
  t.strictSame(changes, []);
});

t.test('a touch is no change, and the files are to be read again', async (t) => {
  const { watcher, changes, touches, first } = watching(t);
  await watcher.watchFiles([first]);
  utimesSync(first, 1, 1);
  await eventually('the touch is seen', () => touches.length === 1);
  t.strictSame(changes, []);
  writeFileSync(first, 'two');
  await eventually('the change is seen', () => changes.length === 1);
  t.equal(touches.length, 1 + changes.length);
});

t.test('a directory that cannot be read while its watch is closed ends nothing', async (t) => {
  const { watcher, changes, first, second } = watching(t);
  const { close } = FSWatcher.prototype;
  t.teardown(() => {
    FSWatcher.prototype.close = close;
  });
  FSWatcher.prototype.close = function () {
    const closing = close.call(this);
    // As the reader of a directory raises it when it fails in the same turn.
    queueMicrotask(() => this.emit('error', Object.assign(new Error('too many open files'), { code: 'EMFILE' })));
    return closing;
  };
  await watcher.watchFiles([first]);
  await watcher.watchFiles([second]);
  writeFileSync(second, 'two');
  await eventually('the files are watched', () => changes.length === 1);
});
