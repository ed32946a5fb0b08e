import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
import { getsNoNegativeProbe, NegativeProbes } from '../../../agent/collect/negative-probes.js';
import { UnauthorizedClients } from '../../../agent/collect/unauthorized-clients.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import type { EndpointObservation } from '../../../checks/check.js';
import { devCluster } from '../../support/dev-cluster.js';
import { patience } from '../../support/eventually.js';

const { signal } = new AbortController();

t.test(
  'a port of unknown release is probed again, and after a fall its process gets no further negative probe',
  async (t) => {
    const cluster = await devCluster(t, { members: { tikv: 1, tidb: 1 } });
    const collector = await Collector.create(readAgentConfig(cluster.agentConfig), {
      now: () => new Date(),
      onReload: () => undefined,
    });
    await observeOnce(collector, signal);
    const again: string[] = [];
    const fallen = new Set<string>();
    const { identities, access, store } = collector;
    const probes = new NegativeProbes({
      identities,
      access,
      store,
      timeout: patience,
      resumption: false,
      unauthorizedClients: new UnauthorizedClients(undefined),
      fallen,
      probeAgain: async ({ instance, endpoint }) => {
        again.push(`${instance.component}/${endpoint.name}`);
        const known = store.observations().find((one) => one.endpoint === endpoint);
        const fell = (one: EndpointObservation): EndpointObservation => ({
          ...one,
          observation: { ...one.observation, outcome: 'unreachable' },
        });
        return known === undefined || endpoint.name !== 'grpc' ? [] : [fell(known)];
      },
    });
    for (const target of collector.targets) {
      await probes.probe(target, signal);
    }
    t.strictSame(
      again,
      ['tikv/grpc'],
      'neither TiDB, whose releases are all alike, nor the other port of the fallen TiKV',
    );
    t.strictSame(
      collector.targets.filter((target) => getsNoNegativeProbe(target, fallen)).map(({ endpoint }) => endpoint.name),
      ['grpc', 'status'],
    );
  },
);

t.test('an old release gets no negative probe, and the check says so', async (t) => {
  const cluster = await devCluster(t, { members: { tikv: 1 } });
  const config = readAgentConfig(cluster.agentConfig);
  const origin = { kind: 'flag', name: '--instance' } as const;
  const collector = await Collector.create(
    { ...config, configs: [], instances: [{ component: 'tikv', address: '127.0.0.1:1', version: '4.0.5', origin }] },
    { now: () => new Date(), onReload: () => undefined },
  );
  t.match(
    collector.evaluate().filter(({ check }) => check === 'rejects-unauthorized'),
    [{ status: 'unknown', message: 'inconclusive: no negative probe is sent to tikv before 4.0.7' }],
  );
});

t.test('a port that is configured with http and speaks TLS gets the negative probes of a port with TLS', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1 } });
  const file = join(cluster.directory, 'pd/conf/pd.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('https://', 'http://'));
  const collector = await Collector.create(readAgentConfig(cluster.agentConfig), {
    now: () => new Date(),
    onReload: () => undefined,
  });
  const asked = async () => {
    const observed = await Promise.all(collector.targets.map((target) => collector.negativeProbe(target, signal)));
    return [...new Set(observed.flat().map(({ observation }) => observation.identity))].sort();
  };
  t.strictSame(await asked(), ['plaintext']);
  await observeOnce(collector, signal);
  t.strictSame(await asked(), ['foreign-ca', 'no-certificate', 'plaintext']);
});
