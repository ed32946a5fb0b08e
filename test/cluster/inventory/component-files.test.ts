import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { profiles } from '../../../cluster/components/profiles.js';
import { buildInventory } from '../../../cluster/inventory/builder.js';
import type { DeclaredInstance } from '../../../cluster/inventory/declared.js';
import { instanceName } from '../../../cluster/inventory/instance-name.js';
import { instanceOf, origin } from '../../support/evidence.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const named = (host: string) => {
  const { endpoints } = instanceOf('tikv');
  return instanceName(
    profiles.tikv,
    endpoints.map((endpoint) => ({ ...endpoint, host })),
  );
};

t.test(
  'an instance has the name of its pod where its address is one of tidb-operator, else host and port',
  async (t) => {
    for (const [host, name] of [
      ['basic-tikv-0.basic-tikv-peer.tidb.svc', 'basic-tikv-0'],
      ['basic-tikv-0.basic-tikv-peer.tidb.svc.cluster1.example', 'basic-tikv-0'],
      ['kv-tikv-x7k2p.kv-tikv-peer.tidb', 'kv-tikv-x7k2p'],
      ['basic-tikv-peer.tidb.svc', 'basic-tikv-peer.tidb.svc:20180'],
      ['other-0.basic-tikv-peer.tidb.svc', 'other-0.basic-tikv-peer.tidb.svc:20180'],
      ['tikv-0.example.com', 'tikv-0.example.com:20180'],
      ['10.0.1.2', '10.0.1.2:20180'],
    ] as const) {
      t.equal(named(host), name);
    }
  },
);

const declared: DeclaredInstance = {
  component: 'tikv',
  address: '127.0.0.1:20160',
  addresses: { status: '10.0.1.2:20180' },
  cert: '/tls/tls.crt',
  key: '/tls/tls.key',
  origin,
};

t.test('a port on loopback gets the host that callers dial', async (t) => {
  const host = 'basic-tikv-0.basic-tikv-peer.tidb.svc';
  const { instances } = buildInventory({ instances: [{ ...declared, addresses: { status: '[::1]:20180' } }], host });
  t.match(instances, [
    {
      name: 'basic-tikv-0',
      endpoints: [
        { host, port: 20160 },
        { host, port: 20180 },
      ],
    },
  ]);
  const [kept] = buildInventory({ instances: [declared], host }).instances;
  t.match(kept?.endpoints, [{ host }, { host: '10.0.1.2' }], 'another address stays');
  const { cert, key, ...elsewhere } = declared;
  t.match(buildInventory({ instances: [elsewhere], host }).instances[0]?.endpoints, [{ host: '127.0.0.1' }]);
});

t.test('the files of a component apply to each instance without files of its own', async (t) => {
  const { instances: discovered } = buildInventory({ instances: [{ component: 'tikv', address: 'kv:20160', origin }] });
  const components = [
    {
      component: 'tikv',
      ca: '/s/ca',
      cert: '/s/crt',
      key: '/s/key',
      allowedCommonNames: ['TiDB'],
      copyDelay: 1,
      origin,
    },
  ] as const;
  const discovery = { instances: discovered, problems: [], complete: new Set<never>() };
  const { instances } = buildInventory({ discovery, instances: [declared], components });
  t.match(
    instances.find(({ endpoints }) => endpoints.some(({ host }) => host === 'kv')),
    {
      local: true,
      copyDelay: 1,
      security: { ca: { value: '/s/ca', origin }, cert: { value: '/s/crt' }, key: { value: '/s/key' } },
      endpoints: [{ allowList: { value: ['TiDB'], origin } }],
    },
  );
  t.match(
    instances.find(({ security }) => security.cert?.value === '/tls/tls.crt'),
    { copyDelay: undefined, endpoints: [{ allowList: 'unknown' }, {}] },
    'an instance with its own files keeps them',
  );
  const topology = join(temporaryDirectory(t), 'topology.yaml');
  writeFileSync(topology, 'global: {enable_tls: true}\ntikv_servers: [{host: kv}]\n');
  t.match(
    buildInventory({ files: [topology], components }).instances,
    [{ local: true, security: { ca: { value: '/s/ca' }, cert: { value: '/s/crt' }, key: { value: '/s/key' } } }],
    "a topology's paths are those of another host",
  );
  const [other] = buildInventory({
    instances: [{ component: 'pd', address: 'pd:2379', origin }],
    components,
  }).instances;
  t.match(other, { local: false, security: { cert: undefined } }, 'another component is not changed');
});
