import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { scan } from '../../../agent/cli/scan.js';
import { Collector } from '../../../agent/collect/collector.js';
import { readAgentConfig } from '../../../agent/config/load.js';
import { publish } from '../../../agent/sidecar/publish.js';
import { Authority } from '../../../certs-dev/authority.js';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import type { MemberName } from '../../../devcluster/members.js';
import { AgentMetrics } from '../../../metrics/agent-metrics.js';
import { devCluster } from '../../support/dev-cluster.js';
import { seriesOf } from '../../support/metric-series.js';
import { promtool, promtoolTests } from '../../support/promtool.js';

const day = 86_400_000;
const at = (days: number) => new Date(Date.now() + days * day);
const members: readonly MemberName[] = ['tidb', 'pd', 'tikv', 'tikv-2', 'tiflash', 'ticdc', 'tiproxy'];
const everywhere = [...members, 'agent'] as const;
const counts = { tidb: 1, pd: 1, tikv: 2, tiflash: 1, ticdc: 1, tiproxy: 1 };
const systemBundle = '/etc/ssl/certs/ca-certificates.crt';
const { signal } = new AbortController();

function collectorOf(cluster: DevCluster): Promise<Collector> {
  const config = readAgentConfig(cluster.agentConfig);
  return Collector.create(config, { now: () => new Date(), onReload: () => undefined });
}

function quiet(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** One whole cycle, and what the status of its findings and the alerts of its metrics are for an hour and a half. */
async function staysSilent(t: Test, collector: Collector): Promise<void> {
  const stderr = quiet();
  await scan(collector, { negativeProbes: true, stderr, signal });
  const { findings, incidents } = await collector.evaluateInTurns(nextTurn);
  t.ok(findings.filter(({ status }) => status === 'pass').length > 50, 'it was checked');
  t.strictSame(
    findings
      .filter(({ status }) => status === 'fail')
      .map(({ check, component, message }) => ({ check, component, message })),
    [],
  );
  const metrics = new AgentMetrics('host');
  metrics.recordConfigReload(true, new Date());
  const logger = pino({ level: 'silent' });
  await publish(
    { metrics, logger } as unknown as Parameters<typeof publish>[0],
    collector,
    { findings, incidents },
    { signal, turn: nextTurn },
  );
  const series = seriesOf(await metrics.render(), new Date());
  promtoolTests(t, '1m', [{ name: 'no alert, pending or firing', series, silentUntil: '85m' }]);
}

function restart(cluster: DevCluster): void {
  for (const member of members) {
    cluster.restart(member);
  }
}

t.test('an expired CA beside the good one, in half of the files', promtool, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  const expired = await Authority.create({ notBefore: at(-400), notAfter: at(-30) });
  for (const member of ['pd', 'tikv', 'tiflash', 'agent'] as const) {
    writeFileSync(cluster.files(member).ca, expired.certificatePem + cluster.authority.certificatePem);
  }
  restart(cluster);
  const collector = await collectorOf(cluster);
  await staysSilent(t, collector);
  const warnings = collector
    .evaluate()
    .filter(({ check, status }) => check === 'certificate-validity' && status === 'warn');
  t.equal(warnings.length, 4, 'one warning for each file');
});

const noBundle = existsSync(systemBundle) ? promtool : { skip: `${systemBundle} is not installed` };

t.test('the bundle of the system as CA file, with the own CA', noBundle, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  const bundle = `${readFileSync(systemBundle, 'utf8')}\n${cluster.authority.certificatePem}`;
  for (const member of ['tidb', 'pd', 'tikv', 'ticdc', 'agent'] as const) {
    writeFileSync(cluster.files(member).ca, bundle);
  }
  restart(cluster);
  await staysSilent(t, await collectorOf(cluster));
});

t.test('files behind symbolic links, as the kubelet writes them', promtool, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  for (const member of everywhere) {
    const files = Object.values(cluster.files(member));
    const folder = dirname(cluster.files(member).ca);
    mkdirSync(join(folder, '..2026_11_29'));
    symlinkSync('..2026_11_29', join(folder, '..data'));
    for (const file of files) {
      renameSync(file, join(folder, '..data', basename(file)));
      symlinkSync(join('..data', basename(file)), file);
    }
  }
  await staysSilent(t, await collectorOf(cluster));
});

t.test('a certificate for each node, with the names of that node alone', promtool, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  const names = {
    tidb: 'TiDB',
    pd: 'PD',
    tikv: 'TiKV',
    'tikv-2': 'TiKV',
    tiflash: 'TiFlash',
    ticdc: 'TiCDC',
    tiproxy: 'TiProxy',
  };
  for (const [member, name] of Object.entries(names)) {
    const node = { dns: [`${member}.db.internal`], ip: ['127.0.0.1'] };
    const pair = await cluster.authority.issue({ commonName: `${name}-Server`, ...node });
    const { cert, key } = cluster.files(member as MemberName);
    writeFileSync(key, pair.keyPem);
    writeFileSync(cert, pair.certificatePem);
  }
  restart(cluster);
  await staysSilent(t, await collectorOf(cluster));
});

t.test('a CA that was renewed with its key a month ago, and not loaded since', promtool, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  const watching = await collectorOf(cluster);
  await watching.readCredentials();
  const renewed = await cluster.authority.renewed({ notBefore: at(-30) });
  // With cert-manager a Secret has the new CA once its own leaf is issued again.
  for (const member of ['tidb', 'pd', 'tikv', 'tiflash', 'ticdc', 'agent'] as const) {
    const { ca } = cluster.files(member);
    writeFileSync(ca, renewed.certificatePem);
    utimesSync(ca, at(-30), at(-30));
  }
  await t.test('seen by an agent that ran before', (t) => staysSilent(t, watching));
  await t.test('by an agent that was started since', async (t) => staysSilent(t, await collectorOf(cluster)));
});

t.test('the same files of another CA are not silent', promtool, async (t) => {
  const cluster = await devCluster(t, { members: counts });
  const watching = await collectorOf(cluster);
  await watching.readCredentials();
  const other = await Authority.create();
  writeFileSync(cluster.files('pd').ca, other.certificatePem);
  await scan(watching, { negativeProbes: false, stderr: quiet(), signal });
  const failed = watching.evaluate().filter(({ status }) => status === 'fail');
  t.ok(failed.some(({ check, message }) => check === 'verifies-under-ca' && /another CA of that name/.test(message)));
});
