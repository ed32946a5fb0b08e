import t, { type Test } from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { OnDemandProbes } from '../../../agent/collect/on-demand.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { probeOnSchedule } from '../../../agent/sidecar/probe-schedule.js';
import { countedPort } from '../../support/counted-port.js';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually, patience } from '../../support/eventually.js';

// They wait for most of their time.
t.jobs = 3;

/** A collector that knows one TiDB, through a port that counts its clients. */
async function collectorOfOnePort(t: Test) {
  const cluster = await devCluster(t, { members: { tidb: 1 } });
  const counted = await countedPort(t, cluster.port('tidb', 'status'));
  const config = readAgentConfig(cluster.agentConfig);
  const address = `127.0.0.1:${counted.port}`;
  const probe = { ...config.probe, interval: 20, negativeInterval: 40, resumption: true };
  const instances = [{ component: 'tidb', address, origin: { kind: 'default' } }] as const;
  const collector = await Collector.create(
    { ...config, scope: 'cluster', configs: [], topology: [], pd: [], processes: false, instances, probe },
    { now: () => new Date(), onReload: () => undefined },
  );
  return { collector, address, ...counted };
}

t.test('a port never has two connections of the agent at once: schedule, negative probes and /probe', async (t) => {
  const { collector, address, connections, most } = await collectorOfOnePort(t);
  const stop = new AbortController();
  const onDemand = new OnDemandProbes(16, () => undefined);
  const results: boolean[] = [];
  let probed = 0;
  const onProbed = () => {
    probed++;
  };
  probeOnSchedule({ collector, stop }, { onProbed, onError: t.error });
  const ask = async () => {
    while (!stop.signal.aborted) {
      results.push('text' in (await onDemand.ask(collector, { module: 'tls', target: address, timeout: patience })));
    }
  };
  const asking = [ask(), ask(), ask()];
  await eventually('all three of them probe', () => {
    const identities = new Set(collector.observations().map(({ observation }) => observation.identity));
    const { resumptions, serverHandshakes } = collector.evidence();
    const negative = identities.has('plaintext') && identities.has('foreign-ca') && resumptions.length > 0;
    return probed > 5 && results.length > 10 && negative && serverHandshakes.length > 0;
  });
  stop.abort();
  await Promise.all(asking);
  t.ok(
    results.every((answered) => answered),
    '/probe waits for its turn',
  );
  t.ok(connections() > 20);
  t.equal(most(), 1);
});

t.test('nor has PD, which is asked for the inventory while its port is probed', async (t) => {
  const cluster = await devCluster(t, { members: { pd: 1 } });
  const counted = await countedPort(t, cluster.port('pd', 'client'));
  const config = readAgentConfig(cluster.agentConfig);
  const address = `127.0.0.1:${counted.port}`;
  const probe = { ...config.probe, interval: 20, negativeInterval: 40 };
  const instances = [{ component: 'pd', address, origin: { kind: 'default' } }] as const;
  const pd = [`https://${address}`];
  const collector = await Collector.create(
    { ...config, scope: 'cluster', configs: [], topology: [], pd, processes: false, instances, probe },
    { now: () => new Date(), onReload: () => undefined },
  );
  t.strictSame(collector.inventory.problems, []);
  const stop = new AbortController();
  let probed = 0;
  const onProbed = () => {
    probed++;
  };
  probeOnSchedule({ collector, stop }, { onProbed, onError: t.error });
  for (let asked = 0; asked < 20 || probed < 20; asked++) {
    await collector.refreshed();
  }
  stop.abort();
  t.equal(counted.most(), 1);
});

t.test('/probe of a port that is being probed for longer than its timeout answers busy', async (t) => {
  const { collector, address, connections } = await collectorOfOnePort(t);
  const rejections: string[] = [];
  const onDemand = new OnDemandProbes(16, (reason) => rejections.push(reason));
  const { signal } = new AbortController();
  const [target] = collector.targets;
  if (target === undefined) {
    throw new TypeError('the collector knows a port');
  }
  await collector.access.connect(target, signal, async () => {
    const answer = await onDemand.ask(collector, { module: 'tls', target: address, timeout: 50 });
    t.match(answer, { status: 503, reason: 'busy', rejected: /another probe of this port is still running/ });
  });
  t.strictSame(rejections, ['busy']);
  t.equal(connections(), 0);
  t.match(await onDemand.ask(collector, { module: 'tls', target: address, timeout: patience }), {
    text: /probe_success/,
  });
});
