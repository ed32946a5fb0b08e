import fc from 'fast-check';
import { Registry } from 'prom-client';
import t from 'tap';
import { registerMetrics } from '../../metrics/agent-registry.js';

const registered = () => {
  const registry = new Registry();
  const linesOf = async (name: string) => (await registry.getSingleMetricAsString(name)).split('\n').slice(2);
  return { registry, metrics: registerMetrics(registry), linesOf };
};

t.test('crafted values of labels make no two series one', async (t) => {
  const { metrics, linesOf } = registered();
  const port = { component: 'tidb', endpoint: 'status' };
  metrics.endpointUp.set({ ...port, identity: 'tidb@a,instance:b', instance: 'c' }, 1);
  metrics.endpointUp.set({ ...port, identity: 'tidb@a', instance: 'b,instance:c' }, 0);
  t.equal((await linesOf('tidb_mtls_endpoint_up')).length, 2);
  const counted = { ...port, outcome: 'accepted' };
  metrics.probes.inc({ ...counted, identity: 'tidb@a,instance:b', instance: 'c' });
  metrics.probes.inc({ ...counted, identity: 'tidb@a', instance: 'b,instance:c' });
  metrics.probes.remove({ ...counted, identity: 'tidb@a', instance: 'b,instance:c' });
  t.match(await linesOf('tidb_mtls_probes_total'), [/identity="tidb@a,instance:b",outcome="accepted"} 1$/]);
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
  const part = fc.constantFrom(',', ':', '"', '=', '{', '\n', 'n', 'instance', 'identity', '\\', 'x');
  const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  const pair = fc.tuple(value, value);
  await fc.assert(
    fc.asyncProperty(pair, pair, async ([identity, instance], [otherIdentity, otherInstance]) => {
      const { metrics, linesOf } = registered();
      const port = { component: 'tidb', endpoint: 'status' };
      metrics.endpointUp.set({ ...port, identity, instance }, 1);
      metrics.endpointUp.set({ ...port, identity: otherIdentity, instance: otherInstance }, 1);
      const lines = await linesOf('tidb_mtls_endpoint_up');
      const expected = identity === otherIdentity && instance === otherInstance ? 1 : 2;
      return lines.length === expected && new Set(lines).size === expected;
    }),
  );
});

t.test('labels are in the order of the definition, whatever the order in which they are given', async (t) => {
  const { metrics, linesOf } = registered();
  metrics.notAfter.set({ position: 'leaf', component: 'agent' }, 1);
  metrics.notAfter.set({ component: 'agent', position: 'leaf' }, 2);
  t.strictSame(await linesOf('tidb_mtls_certificate_not_after_timestamp_seconds'), [
    'tidb_mtls_certificate_not_after_timestamp_seconds{component="agent",position="leaf"} 2',
  ]);
});

t.test('a label that the metric does not have is an error', async (t) => {
  const { metrics } = registered();
  t.throws(() => metrics.fileChanges.inc({ detected_by: 'event', file: 'x' }), /not detected_by,file/);
});

t.test('default labels are in each series, and quotes, backslashes and line ends are escaped', async (t) => {
  const registry = new Registry();
  const metrics = registerMetrics(registry, { agent: 'h"1' });
  metrics.fileChanges.inc({ detected_by: 'a\\\n"' });
  metrics.fileChanges.inc({ detected_by: 'a\\\n"' }, 2);
  const text = await registry.getSingleMetricAsString('tidb_mtls_file_changes_total');
  t.match(text, '\ntidb_mtls_file_changes_total{detected_by="a\\\\\\n\\"",agent="h\\"1"} 3');
  t.match(
    await registry.getSingleMetricAsString('tidb_mtls_file_events_watched'),
    '\ntidb_mtls_file_events_watched{agent="h\\"1"} 0',
  );
});
