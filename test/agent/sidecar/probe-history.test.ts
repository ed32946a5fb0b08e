import t from 'tap';
import { ProbeHistory } from '../../../agent/sidecar/probe-history.js';
import type { Observation } from '../../../probes/observation.js';
import { accepted, entryOf, inventoryOf, rejected } from '../../support/observations.js';

const inventory = inventoryOf('a', 'b');
const at = (second: number, observation: Observation): Observation => ({
  ...observation,
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
});

t.test('equal looks of one identity are one run, whatever comes between from another', async (t) => {
  const log = new ProbeHistory();
  const other = { ...accepted, identity: 'tidb' } as const;
  for (const one of [
    at(0, accepted),
    at(1, other),
    at(2, accepted),
    at(3, rejected('tls-alert', '42')),
    at(4, accepted),
  ]) {
    log.add([entryOf(inventory, 0, one)]);
  }
  const { instance, endpoint } = entryOf(inventory, 0, accepted);
  t.strictSame(
    log
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
  const log = new ProbeHistory();
  for (let second = 0; second < 200; second++) {
    log.add([entryOf(inventory, 1, at(second, { ...accepted, detail: String(second) }))]);
  }
  const { instance, endpoint } = entryOf(inventory, 1, accepted);
  t.equal(log.runs(instance, endpoint).length, 60);
  t.equal(log.runs(instance, endpoint)[0]?.detail, '199');
  log.keep([instance]);
  t.equal(log.runs(instance, endpoint).length, 60);
  log.keep(inventoryOf('a').instances);
  t.strictSame(log.runs(instance, endpoint), []);
});
