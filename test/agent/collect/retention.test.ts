import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { negativeProbesOnce, observeOnce } from '../../../agent/collect/cycle.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import type { Finding } from '../../../checks/finding.js';
import { devCluster } from '../../support/dev-cluster.js';

const options = { now: () => new Date(), onReload: () => undefined };
const { signal } = new AbortController();

function ofUnauthorizedClients(collector: Collector): readonly Finding[] {
  return collector.evaluate().filter(({ check }) => check === 'rejects-unauthorized');
}

t.test('results of negative probes outlive a reload, as long as the port stays the same', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1, tidb: 1, tikv: 1 } });
  await cluster.fault('tidb', 'status', 'requestsNoCertificate', true);
  const config = readAgentConfig(cluster.agentConfig);
  const first = await Collector.create(config, options);
  await observeOnce(first, signal);
  const pending = ofUnauthorizedClients(first);
  t.equal(pending.length, first.negativeTargets.length, 'each port without a negative probe is reported');
  t.same(
    [...new Set(pending.map(({ status, message }) => `${status}: ${message}`))],
    ['unknown: inconclusive: no negative probe was made yet'],
  );
  await negativeProbesOnce(first, signal);
  const met = ofUnauthorizedClients(first);
  t.match(
    met.filter(({ status }) => status === 'fail'),
    [{ component: 'tidb', endpoint: 'status', identity: 'no-certificate' }],
  );
  t.equal(met.filter(({ status }) => status === 'unknown').length, 0);

  t.same(
    ofUnauthorizedClients(await Collector.create(config, options, () => first)),
    met,
    'the same configuration, read again',
  );

  const again = await Collector.create(config, options, () => first);
  t.same(
    again.evidence().serverHandshakes,
    first.evidence().serverHandshakes,
    'with the server handshakes of those ports',
  );
  t.same(
    again.evidence().observations.filter(({ observation }) => observation.identity === 'agent'),
    [],
    'what is probed again at once is not carried over',
  );

  t.ok(first.evidence().baselines.size > 0);
  t.equal(again.evidence().baselines.size, 0, 'nor is the baseline of a CA: a corrected path is no rotation');

  const without = { ...config, probe: { ...config.probe, negativeInterval: undefined } };
  t.same(
    ofUnauthorizedClients(await Collector.create(without, options, () => first)),
    [],
    'nothing of negative probes that are not made any more',
  );
  t.same(
    (await Collector.create(without, options, () => first)).evidence().serverHandshakes,
    [],
    'nor of their server handshakes',
  );

  const file = join(cluster.directory, 'tidb/conf/tidb.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/(cluster-verify-cn = \[).*/, '$1"PD-Server"]'));
  writeFileSync(file, `# A comment more\n${readFileSync(file, 'utf8')}`);
  const changed = ofUnauthorizedClients(await Collector.create(config, options, () => first));
  const statuses = (component: string) =>
    new Set(changed.filter((one) => one.component === component).map(({ status }) => status));
  t.same([...statuses('tidb')], ['unknown'], 'a port with another allow-list is probed again');
  t.same([...statuses('tikv')], ['pass'], 'and no other');
});

t.test('a port whose settings only moved within their file stays the same', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1, tidb: 1 } });
  const config = readAgentConfig(cluster.agentConfig);
  const first = await Collector.create(config, options);
  await negativeProbesOnce(first, signal);
  const file = join(cluster.directory, 'tidb/conf/tidb.toml');
  writeFileSync(file, `# A comment\n${readFileSync(file, 'utf8')}`);
  const met = ofUnauthorizedClients(first);
  t.ok(met.length > 0 && met.every(({ status }) => status === 'pass'));
  t.same(ofUnauthorizedClients(await Collector.create(config, options, () => first)), met, 'after a reload');
  const refreshed = await first.refreshed();
  t.ok(refreshed !== undefined, 'the source position of its settings is another one');
  t.same(refreshed === undefined ? [] : ofUnauthorizedClients(refreshed), met, 'after a refresh of the inventory');
});
