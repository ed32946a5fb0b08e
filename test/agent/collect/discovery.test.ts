import t from 'tap';
import { Collector } from '../../../agent/collect/collector.js';
import { observeOnce } from '../../../agent/collect/cycle.js';
import { defaults } from '../../../agent/config/load.js';
import type { Finding } from '../../../checks/finding.js';
import type { EndpointName } from '../../../cluster/components/profile.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import type { FaultName } from '../../../devcluster/faults.js';
import type { MemberName } from '../../../devcluster/members.js';
import { devCluster } from '../../support/dev-cluster.js';
import { patience } from '../../support/eventually.js';
import { runAgent } from '../../support/run-agent.js';

// They wait for most of their time.
t.jobs = 3;

const members = { pd: 3, tikv: 3, tidb: 2, tiflash: 2, ticdc: 2 };

/** A collector with the agent's certificate and one PD address. */
function collectorFor(cluster: DevCluster, pd: MemberName = 'pd'): Promise<Collector> {
  const config = {
    ...defaults,
    scope: 'cluster' as const,
    security: cluster.files('agent'),
    pd: [`https://127.0.0.1:${cluster.port(pd, 'client')}`],
    probe: { ...defaults.probe, timeout: patience, negativeInterval: undefined },
  };
  return Collector.create(config, { now: () => new Date(), onReload: () => undefined });
}

async function findingsOf(cluster: DevCluster, pd?: MemberName): Promise<readonly Finding[]> {
  const collector = await collectorFor(cluster, pd);
  await observeOnce(collector, new AbortController().signal);
  return collector.evaluate();
}

function bad(findings: readonly Finding[]): readonly string[] {
  const lines = findings
    .filter(({ status }) => status === 'fail' || status === 'warn')
    .map(({ check, component, instance, endpoint }) => `${check} ${component} ${instance} ${endpoint}`);
  return [...new Set(lines)].sort();
}

t.test('a whole cluster from one PD address, also that of a follower', async (t) => {
  const cluster = await devCluster(t, { members });
  for (const pd of ['pd', 'pd-3'] as const) {
    const { inventory } = await collectorFor(cluster, pd);
    const counts = Object.fromEntries(
      Object.keys(members).map((name) => [
        name,
        inventory.instances.filter(({ component }) => component === name).length,
      ]),
    );
    t.strictSame(counts, members, `asked ${pd}`);
    t.strictSame(inventory.problems, []);
    const findings = await findingsOf(cluster, pd);
    t.strictSame(
      findings.filter(({ status }) => status !== 'pass').map(({ check }) => check),
      ['coverage'],
      'all pass; negative probes are off',
    );
  }
});

const faults: readonly (readonly [MemberName, EndpointName, EndpointName, FaultName, readonly string[]])[] = [
  ['pd-3', 'client', 'client', 'plaintext', ['endpoint-answers']],
  ['tikv-2', 'grpc', 'status', 'rejectCaller', ['endpoint-answers']],
  ['tidb-2', 'status', 'status', 'serveExpired', ['certificate-validity', 'endpoint-answers', 'server-verifies']],
  ['tiflash-2', 'grpc', 'grpc', 'serveOtherCa', ['endpoint-answers', 'server-verifies']],
  ['ticdc-2', 'api', 'api', 'serveOtherName', ['endpoint-answers', 'server-verifies']],
];

t.test('one instance of each misconfigured in turn is found each time', async (t) => {
  const cluster = await devCluster(t, { members });
  for (const [member, endpoint, named, fault, checks] of faults) {
    await cluster.fault(member, endpoint, fault, true);
    const [component = ''] = member.split('-');
    const where = `${component} 127.0.0.1:${cluster.port(member, named)} ${endpoint}`;
    t.strictSame(
      bad(await findingsOf(cluster)),
      checks.map((check) => `${check} ${where}`),
      `${fault} on ${member}`,
    );
    await cluster.fault(member, endpoint, fault, false);
  }
});

t.test(
  'a PD that does not answer, or rejects the agent, is a finding with its reason; another configured PD answers without its leader',
  async (t) => {
    const cluster = await devCluster(t, { members });
    const { ca, cert, key } = cluster.files('agent');
    const agent = ['--cacert', ca, '--cert', cert, '--key', key];
    const url = (pd: MemberName) => `https://127.0.0.1:${cluster.port(pd, 'client')}`;
    await cluster.fault('pd', 'client', 'down', true);
    const none = await runAgent('check', '--pd', url('pd'), ...agent);
    t.match(none, { status: 1, stdout: /PD at https:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*\n.*check the URL/ });
    const second = await runAgent('check', '--pd', `${url('pd')},${url('pd-2')}`, ...agent, '--inventory');
    t.match(second, {
      status: 1,
      stdout: /7 instances, 10 ports/,
      stderr: /PD at https:\S+: error: .*ECONNREFUSED.* \[stores-unknown\]/,
    });
    await cluster.fault('pd-2', 'client', 'rejectCaller', true);
    const rejected = await runAgent('check', '--pd', url('pd-2'), ...agent);
    t.equal(rejected.status, 1);
    t.match(await runAgent('check', '--pd', 'nonsense', ...agent), { status: 2, stderr: /not a client URL of PD/ });
    t.match(await runAgent('check', '--pd', url('pd-3')), {
      status: 1,
      stdout: /https needs the credentials of the agent/,
    });
  },
);

t.test('files and PD together: an instance that one of them lacks is reported', async (t) => {
  const cluster = await devCluster(t, { members });
  const pd = `https://127.0.0.1:${cluster.port('pd', 'client')}`;
  const all = await runAgent('check', '--config', cluster.agentConfig, '--pd', pd, '--fail-on', 'warn');
  t.match(all, {
    status: 0,
    stdout: /^0 failed, 0 warnings, 0 inconclusive, \d+ passed \(\d+ ports of \d+ instances\)\n$/,
  });
  const ghost = await runAgent(
    ...['check', '--config', cluster.agentConfig, '--pd', pd, '--instance', 'tikv=127.0.0.1:1'],
  );
  t.match(ghost.stdout, /tikv 127\.0\.0\.1:1 is configured, but not registered in PD {2}\[registration-wrong\]/);
});
