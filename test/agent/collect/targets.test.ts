import t from 'tap';
import { negativeTargetsOf, targetsOf } from '../../../agent/collect/targets.js';
import { bearsFailedHandshakes } from '../../../cluster/access/failed-handshakes.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import type { Instance } from '../../../cluster/inventory/inventory.js';

const origin = { kind: 'flag', name: '--instance' } as const;
const inventory = buildInventory({
  instances: [
    { component: 'tidb', address: '10.0.0.1:10080', origin },
    { component: 'pd', address: '10.0.0.2:2379', addresses: { peer: '10.0.0.2:2380' }, origin },
    { component: 'tikv', address: '10.0.0.3:20160', addresses: { status: '10.0.0.3:20180' }, origin },
    { component: 'tikv', address: '10.0.0.4:20160', addresses: { status: '10.0.0.4:20180' }, origin },
  ],
});

function seenFrom(host: string, scope: 'node' | 'cluster'): readonly string[] {
  const local = inventory.instances.map(
    (one): Instance => ({ ...one, local: one.endpoints.some((port) => port.host === host) }),
  );
  return targetsOf({ ...inventory, instances: local }, { scope, peers: 64 }).map(
    ({ instance, endpoint }) => `${instance.component}/${endpoint.name} ${endpoint.host}`,
  );
}

t.test('scope node: the ports of its instances, and those that its components call', async (t) => {
  t.strictSame(seenFrom('10.0.0.3', 'node'), [
    'pd/client 10.0.0.2',
    'tikv/grpc 10.0.0.3',
    'tikv/status 10.0.0.3',
    'tikv/grpc 10.0.0.4',
  ]);
});

t.test('scope node without a local instance, and scope cluster: every port', async (t) => {
  t.equal(seenFrom('10.9.9.9', 'node').length, 7);
  t.equal(seenFrom('10.0.0.3', 'cluster').length, 7);
});

t.test('of negative probes the ports of unknown release come last', async (t) => {
  const { instances } = buildInventory({
    instances: [
      { component: 'tikv', address: '10.0.0.3:20160', origin },
      { component: 'tiflash', address: '10.0.0.5:3930', version: 'v5.4.0', origin },
      { component: 'tikv', address: '10.0.0.4:20160', version: '8.5.0', origin },
      { component: 'tidb', address: '10.0.0.1:10080', origin },
    ],
  });
  t.strictSame(instances.map(bearsFailedHandshakes), ['unknown', 'no', 'yes', 'yes']);
  t.strictSame(
    negativeTargetsOf({ instances, clients: [], problems: [], disagreements: [] }, 'cluster').map(
      ({ endpoint }) => endpoint.host,
    ),
    ['10.0.0.5', '10.0.0.4', '10.0.0.1', '10.0.0.3'],
  );
});
