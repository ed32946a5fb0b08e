import t from 'tap';
import { ObservationStore } from '../../../agent/collect/observation-store.js';
import { sameConfiguration } from '../../../agent/collect/retention.js';
import type { Observation } from '../../../probes/observation.js';
import { authority, instanceOf, names, observed } from '../../support/evidence.js';
import { accepted, entryOf, inventoryOf, rejected } from '../../support/observations.js';

const inventory = inventoryOf('a', 'b');
const at = (second: number, observation: Observation): Observation => ({
  ...observation,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
});

t.test('equal results of one identity are one run, whatever probes of another identity come between', async (t) => {
  const store = new ObservationStore();
  const other = { ...accepted, identity: 'tidb' } as const;
  for (const one of [
    at(0, accepted),
    at(1, other),
    at(2, accepted),
    at(3, rejected('tls-alert', '42')),
    at(4, accepted),
  ]) {
    store.record(entryOf(inventory, 0, one));
  }
  const { instance, endpoint } = entryOf(inventory, 0, accepted);
  t.strictSame(
    store
      .runs(instance, endpoint)
      .map(({ identity, outcome, count, first, last }) => [
        identity,
        outcome,
        count,
        first.getUTCSeconds(),
        last.getUTCSeconds(),
      ]),
    [
      ['agent', 'accepted', 1, 4, 4],
      ['agent', 'rejected', 1, 3, 3],
      ['agent', 'accepted', 2, 0, 2],
      ['tidb', 'accepted', 1, 1, 1],
    ],
  );
});

t.test('what is kept is bounded, and gone with its instance', async (t) => {
  const store = new ObservationStore();
  for (let second = 0; second < 200; second++) {
    store.record(entryOf(inventory, 1, at(second, { ...accepted, detail: String(second) })));
  }
  const { instance, endpoint } = entryOf(inventory, 1, accepted);
  t.equal(store.runs(instance, endpoint).length, 60);
  t.equal(store.runs(instance, endpoint)[0]?.detail, '199');
  const kept = store.successor([instance], sameConfiguration([instance]));
  t.equal(kept.runs(instance, endpoint).length, 60);
  const { instances } = inventoryOf('a');
  t.strictSame(kept.successor(instances, sameConfiguration(instances)).runs(instance, endpoint), []);
});

t.test("results that flap do not push out another identity's latest run", async (t) => {
  const store = new ObservationStore();
  store.record(entryOf(inventory, 0, at(0, { ...rejected('tls-alert', '42'), identity: 'foreign-ca' })));
  for (let second = 0; second < 200; second++) {
    store.record(entryOf(inventory, 0, at(second, { ...accepted, detail: String(second) })));
  }
  const { instance, endpoint } = entryOf(inventory, 0, accepted);
  t.match(store.runs(instance, endpoint).at(-1), { identity: 'foreign-ca', outcome: 'rejected', count: 1 });
});

t.test('subscribers get each probe with the outcome before it, also those of a store that follows', async (t) => {
  const store = new ObservationStore();
  const seen: unknown[] = [];
  store.subscribe(({ entry, formerOutcome }) => seen.push([entry.observation.outcome, formerOutcome]));
  store.record(entryOf(inventory, 0, accepted));
  const next = store.successor(inventory.instances, sameConfiguration([]));
  t.strictSame(next.observations(), [], 'whose evidence is gone');
  next.record(entryOf(inventory, 0, rejected('tls-alert', '42')));
  t.strictSame(seen, [
    ['accepted', undefined],
    ['rejected', 'accepted'],
  ]);
});

t.test('a store that follows leaves the one before as it is', async (t) => {
  const store = new ObservationStore();
  store.record(entryOf(inventory, 0, accepted));
  store.successor([], sameConfiguration([])).record(entryOf(inventory, 1, accepted));
  t.equal(store.observations().length, 1);
});

t.test('a certificate is served since it was first seen on the port, by whatever identity', async (t) => {
  const store = new ObservationStore();
  const tikv = instanceOf('tikv');
  const chain = await authority.issue(names);
  const seconds = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  store.record(observed(tikv, 'grpc', { chain, at: seconds(0) }));
  store.record(observed(tikv, 'grpc', { chain, at: seconds(1), identity: 'tidb' }));
  t.strictSame(
    store.observations().map(({ servedSince }) => servedSince),
    [seconds(0), seconds(0)],
  );
});
