import fc from 'fast-check';
import { Registry } from 'prom-client';
import t from 'tap';
import { registerMetrics } from '../../metrics/agent-registry.js';

const registered = () => {
  const registry = new Registry();
  const valuesOf = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values ?? [];
  return { registry, metrics: registerMetrics(registry), valuesOf };
};

t.test('crafted values of labels make no two series one', async (t) => {
  const { metrics, valuesOf } = registered();
  const port = { component: 'tidb', endpoint: 'status' };
  metrics.endpointUp.set({ ...port, identity: 'tidb@a,instance:b', instance: 'c' }, 1);
  metrics.endpointUp.set({ ...port, identity: 'tidb@a', instance: 'b,instance:c' }, 0);
  t.equal((await valuesOf('tidb_mtls_endpoint_up')).length, 2);
  const counted = { ...port, outcome: 'accepted' };
  metrics.probes.inc({ ...counted, identity: 'tidb@a,instance:b', instance: 'c' });
  metrics.probes.inc({ ...counted, identity: 'tidb@a', instance: 'b,instance:c' });
  metrics.probes.remove({ ...counted, identity: 'tidb@a', instance: 'b,instance:c' });
  t.match(await valuesOf('tidb_mtls_probes_total'), [{ value: 1, labels: { identity: /^tidb@a.+b$/ } }]);
});

t.test('a usual subject and address are exposed as they are', async (t) => {
  const { registry, metrics } = registered();
  const labels = { component: 'tidb', instance: '[::1]:10080', subject: 'CN=a,O=b: c', fingerprint: 'f00d' };
  metrics.caNotBefore.set(labels, 1);
  t.match(
    await registry.getSingleMetricAsString('tidb_mtls_ca_certificate_not_before_timestamp_seconds'),
    'component="tidb",instance="[::1]:10080",subject="CN=a,O=b: c",fingerprint="f00d"} 1',
  );
});

t.test('other values are another series, whatever they are', async () => {
  const part = fc.constantFrom(',', ':', 'instance', 'identity', '\\', 'u002c', 'u005c', 'x');
  const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const pair = fc.tuple(value, value);
  await fc.assert(
    fc.asyncProperty(pair, pair, async ([identity, instance], [otherIdentity, otherInstance]) => {
      const { metrics, valuesOf } = registered();
      const port = { component: 'tidb', endpoint: 'status' };
      metrics.endpointUp.set({ ...port, identity, instance }, 1);
      metrics.endpointUp.set({ ...port, identity: otherIdentity, instance: otherInstance }, 1);
      const values = await valuesOf('tidb_mtls_endpoint_up');
      const expected = identity === otherIdentity && instance === otherInstance ? 1 : 2;
      return (
        values.length === expected && new Set(values.map(({ labels }) => JSON.stringify(labels))).size === expected
      );
    }),
  );
});
