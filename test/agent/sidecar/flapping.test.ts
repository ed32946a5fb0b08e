import t from 'tap';
import type { ChangeEvent } from '../../../agent/sidecar/event-store.js';
import { Flapping } from '../../../agent/sidecar/flapping.js';

const event = (message: string): ChangeEvent => ({
  at: '',
  kind: 'outcome',
  component: 'tikv',
  instance: '10.0.1.2:20180',
  message,
});

t.test('two hours of flapping every two seconds are a few dozen events that count every change', async (t) => {
  const clock = { now: new Date('2026-01-01T00:00:00Z') };
  const flapping = new Flapping(() => clock.now);
  const recorded: string[] = [];
  const record = (events: readonly ChangeEvent[]) => recorded.push(...events.map(({ message }) => message));
  const changes = 3_600;
  for (let index = 0; index < changes; index++) {
    record(flapping.changed('port', event(index % 2 === 0 ? 'down' : 'up')));
    record(flapping.settled());
    clock.now = new Date(clock.now.getTime() + 2_000);
  }
  t.ok(recorded.length < 30, `${recorded.length} events`);
  t.strictSame(recorded.slice(8, 11), ['down', 'up', 'up (changed 300 more times since 2026-01-01T00:00:18.000Z)']);
  clock.now = new Date(clock.now.getTime() + 10 * 60_000);
  record(flapping.settled());
  const counted = recorded.map((one) => Number(/changed (\d+) more times/.exec(one)?.[1] ?? 1));
  t.equal(
    counted.reduce((sum, one) => sum + one, 0),
    changes,
    'none is lost',
  );
  record(flapping.settled());
  record(flapping.changed('port', event('down')));
  t.equal(recorded.at(-1), 'down', 'after a quiet time each change is recorded again');
});

t.test('what changes now and then is recorded each time, and one thing does not count for another', async (t) => {
  const clock = { now: new Date('2026-01-01T00:00:00Z') };
  const flapping = new Flapping(() => clock.now);
  for (let index = 0; index < 100; index++) {
    t.equal(flapping.changed('slow', event('slow')).length, 1);
    t.equal(flapping.changed(`other ${index}`, event('other')).length, 1);
    t.strictSame(flapping.settled(), []);
    clock.now = new Date(clock.now.getTime() + 3 * 60_000);
  }
});
