import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
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

t.test('once it is told to stop, no identity reads its files any more', async (t) => {
  const cluster = await devCluster(t, { members: { tikv: 1, tidb: 1 } });
  const reloads: string[] = [];
  const collector = await Collector.create(readAgentConfig(cluster.agentConfig), {
    now: () => new Date(),
    onReload: (_, certificate) => reloads.push(certificate),
  });
  await observeOnce(collector, new AbortController().signal);
  for (const member of ['tikv', 'tidb', 'agent'] as const) {
    rmSync(cluster.files(member).cert);
  }
  reloads.length = 0;
  const stopped = AbortSignal.abort();
  for (const target of collector.targets) {
    t.strictSame(await collector.probe(target, stopped), []);
    t.strictSame(await collector.negativeProbe(target, stopped), []);
  }
  t.strictSame(reloads, []);
});
