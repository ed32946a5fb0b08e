import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { devCluster } from '../../support/dev-cluster.js';

t.test('readings that overlap end in their order: the files of the latest one count', async (t) => {
  const cluster = await devCluster(t, { members: { tidb: 1 } });
  const options = { now: () => new Date(), onReload: () => undefined };
  const collector = await Collector.create(readAgentConfig(cluster.agentConfig), options);
  const served = () => [...collector.credentials().credentials.values()].map(({ chain }) => chain?.[0]?.fingerprint);
  await collector.readCredentials();
  const before = served();
  const { cert, key } = cluster.files('tidb');
  const former = [cert, key].map((file) => [file, readFileSync(file)] as const);
  await cluster.rotate('tidb');
  // The certificate of the first one is verified anew, that of the second one is known: it could end first.
  const first = collector.readCredentials();
  for (const [file, bytes] of former) {
    writeFileSync(file, bytes);
  }
  await Promise.all([first, collector.readCredentials()]);
  t.strictSame(served(), before);
});
