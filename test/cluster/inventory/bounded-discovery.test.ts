import t from 'tap';
import { boundedDiscovery } from '../../../cluster/inventory/bounded-discovery.js';
import { instanceOf } from '../../support/evidence.js';

const named = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const instance = instanceOf('tidb');
    const host = `host-${from + index}`;
    return { ...instance, name: host, endpoints: instance.endpoints.map((one) => ({ ...one, host })) };
  });

t.test('PD adds a bounded number of instances, which grows with what is declared', async (t) => {
  t.match(boundedDiscovery(named(2_000), []), { leftOut: 0, problems: [] });
  const many = boundedDiscovery(named(30_000), []);
  t.equal(many.instances.length, 2_000);
  t.equal(many.leftOut, 28_000);
  t.match(many.problems, [{ code: 'too-many-discovered', severity: 'fail', message: /30000 .* 28000/ }]);
  t.equal(boundedDiscovery(named(30_000, 5_000), named(3_000)).instances.length, 6_000);
});

t.test('instances that are declared, too, are never left out', async (t) => {
  const declared = named(100, 29_000);
  const { instances } = boundedDiscovery(named(30_000), declared);
  const kept = new Set(instances.map(({ name }) => name));
  t.ok(declared.every(({ name }) => kept.has(name)));
  t.equal(instances.length, 2_100);
});
