import { Registry } from 'prom-client';
import t from 'tap';
import { registerMetrics } from '../../metrics/agent-registry.js';
import { PortCounters } from '../../metrics/port-counters.js';
import { accepted, entryOf, inventoryOf, rejected } from '../support/observations.js';

const inventory = inventoryOf('a:20180', 'b:20180');

function portOf(index: number) {
  return entryOf(inventory, index, accepted);
}

function counters() {
  const registry = new Registry();
  const ports = new PortCounters(registerMetrics(registry));
  const seriesOf = async (name: string) => (await registry.getSingleMetricAsString(name)).split('\n').slice(2);
  return {
    ports,
    probes: () => seriesOf('tidb_mtls_probes_total'),
    rejections: () => seriesOf('tidb_mtls_probe_rejections_total'),
  };
}

t.test('a port that is probed has every outcome at 0, once', async (t) => {
  const { ports, probes } = counters();
  ports.start(portOf(0));
  ports.count(portOf(0));
  ports.start(portOf(0));
  const values = (await probes()).map((line) => /outcome="([^"]+)"\} (\d+)$/.exec(line)?.slice(1).join(' '));
  t.strictSame(values.sort(), [
    'accepted 1',
    'inconclusive 0',
    'not-tls 0',
    'rejected 0',
    'timeout 0',
    'unreachable 0',
  ]);
});

t.test('counters add up, and labels that run into each other stay apart', async (t) => {
  const { ports, rejections } = counters();
  const [one, other] = [inventoryOf('a:2'), inventoryOf('a:20')];
  const refusal = rejected('tls-alert', 'unknown_ca');
  ports.count(entryOf(one, 0, refusal));
  ports.count(entryOf(other, 0, refusal));
  ports.count(entryOf(one, 0, refusal));
  t.match(await rejections(), [/instance="a:2",.* 2$/, /instance="a:20",.* 1$/]);
});

t.test('an unauthorized client starts with the two outcomes that it may have', async (t) => {
  const { ports, probes } = counters();
  ports.count(entryOf(inventory, 0, { ...rejected('tls-alert', 'unknown_ca'), identity: 'foreign-ca' }));
  t.match(await probes(), [/outcome="accepted"\} 0$/, /outcome="rejected"\} 1$/]);
});

t.test('the series of a port disappear with it, all others stay', async (t) => {
  const { ports, probes, rejections } = counters();
  for (const index of [0, 1]) {
    ports.count(entryOf(inventory, index, rejected('tls-alert', 'unknown_ca')));
    ports.count(entryOf(inventory, index, { ...rejected('http-status', '403'), identity: 'tidb' }));
  }
  ports.retain([portOf(1)]);
  const left = [...(await probes()), ...(await rejections())];
  t.ok(left.every((line) => line.includes('instance="b:20180"')));
  t.equal(left.length, 6 + 6 + 2);
});
