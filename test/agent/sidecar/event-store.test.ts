import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ChangeEvent, EventStore } from '../../../agent/sidecar/event-store.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const event = (message: string): ChangeEvent => ({
  at: '2026-01-01T00:00:00.000Z',
  kind: 'finding',
  component: 'tikv',
  instance: '10.0.1.2:20180',
  message,
});
const fail = (error: unknown) => {
  throw error;
};

t.test('what was written is there after a restart, in order', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  const first = new EventStore(file, fail);
  first.add(event('one'));
  first.add(event('two'));
  t.strictSame(
    new EventStore(file, fail).events().map(({ message }) => message),
    ['one', 'two'],
  );
});

t.test('a line that a crash cut short costs that event and no other', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  new EventStore(file, fail).add(event('before'));
  appendFileSync(file, '{"at":"2026-01-01T00:00:00.000Z","kind":"ver');
  const again = new EventStore(file, fail);
  t.strictSame(
    again.events().map(({ message }) => message),
    ['before'],
  );
  again.add(event('after'));
  t.strictSame(
    new EventStore(file, fail).events().map(({ message }) => message),
    ['before', 'after'],
  );
});

t.test('lines of other programs are ignored, and the number kept is bounded', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  writeFileSync(file, 'not json\n{"at":1}\nnull\n');
  const history = new EventStore(file, fail);
  t.strictSame(history.events(), []);
  for (let index = 0; index < 1_100; index++) {
    history.add(event(String(index)));
  }
  t.equal(history.events().length, 1_000);
  t.equal(history.events()[0]?.message, '100');
});

t.test('answers that flap push out neither rotations nor findings, in memory and on disk', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  const rotation = { ...event('rotation'), kind: 'rotation' } as const;
  const flapping = { ...event(`grpc as agent: rejected, ${'-'.repeat(4_000)}`), kind: 'outcome' } as const;
  const first = new EventStore(file, fail);
  first.add(rotation);
  first.add(event('finding'));
  for (let index = 0; index < 1_500; index++) {
    first.add(flapping);
  }
  first.add(event('later'));
  t.ok(statSync(file).size > 5 << 20, 'many chunks of the file');
  for (const store of [first, new EventStore(file, fail)]) {
    const events = store.events();
    t.equal(events.filter(({ kind }) => kind === 'outcome').length, 1_000);
    t.strictSame(
      events.filter(({ kind }) => kind !== 'outcome').map(({ message }) => message),
      ['rotation', 'finding', 'later'],
    );
  }
});

t.test('a large file is rotated, and what both files hold is there after a restart', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  const first = new EventStore(file, fail, 4_000);
  first.add({ ...event('rotation'), kind: 'rotation' });
  for (let index = 0; index < 40; index++) {
    first.add(event(String(index)));
  }
  t.ok(statSync(file).size <= 4_200 && statSync(`${file}.1`).size <= 4_200, 'two bounded files');
  const kept = new EventStore(file, fail, 4_000).events().map(({ message }) => message);
  t.equal(kept.at(-1), '39');
  t.strictSame(
    kept,
    first
      .events()
      .slice(-kept.length)
      .map(({ message }) => message),
    'in order, none missing in between',
  );
  t.ok(kept.length > 30, `${kept.length} events`);
});

t.test('whatever the length of its lines, a file is read back whole', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  const messages = Array.from({ length: 60 }, (_, index) => `${index} ${'é'.repeat((index * 7_919) % 60_000)}`);
  writeFileSync(file, messages.map((message) => `${JSON.stringify(event(message))}\n`).join(''));
  t.strictSame(
    new EventStore(file, fail).events().map(({ message }) => message),
    messages,
  );
});

t.test(
  'a file that cannot be written is an operator mistake at the start, and later costs the record alone',
  async (t) => {
    const directory = temporaryDirectory(t);
    t.throws(() => new EventStore(directory, fail), { code: 'history_unwritable', hint: /\[history\] file/ });
    const errors: unknown[] = [];
    const file = join(directory, 'history.jsonl');
    const history = new EventStore(file, (error) => errors.push(error));
    chmodSync(file, 0o400);
    if (process.getuid?.() !== 0) {
      history.add(event('lost'));
      t.equal(errors.length, 1);
    }
    t.equal(readFileSync(file, 'utf8'), '');
  },
);

t.test('a FIFO that took the place of the history file is an error, and is not waited for', async (t) => {
  const file = join(temporaryDirectory(t), 'history.jsonl');
  const errors: unknown[] = [];
  const store = new EventStore(file, (error) => errors.push(error));
  rmSync(file);
  execFileSync('mkfifo', [file]);
  store.add(event('one'));
  t.match(errors, [/is not a regular file/]);
  rmSync(file);
  store.add(event('two'));
  t.match(readFileSync(file, 'utf8'), /two/);
});
