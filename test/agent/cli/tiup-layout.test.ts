import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { DevCluster } from '../../../devcluster/dev-cluster.js';
import { devCluster } from '../../support/dev-cluster.js';
import { runAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** The topology of a dev cluster of one PD, TiDB, TiKV and TiCDC. */
function topologyOf(cluster: DevCluster): string {
  const { directory } = cluster;
  const file = join(directory, 'topology.yaml');
  const deployed = (member: string) => `    deploy_dir: ${join(directory, member)}\n`;
  writeFileSync(
    file,
    `global:
  enable_tls: true
pd_servers:
  - host: 127.0.0.1
    client_port: ${cluster.port('pd', 'client')}
    peer_port: ${cluster.port('pd', 'peer')}
${deployed('pd')}tidb_servers:
  - host: 127.0.0.1
    status_port: ${cluster.port('tidb', 'status')}
${deployed('tidb')}tikv_servers:
  - host: 127.0.0.1
    port: ${cluster.port('tikv', 'grpc')}
    status_port: ${cluster.port('tikv', 'status')}
${deployed('tikv')}`,
  );
  return file;
}

t.test(
  'a healthy cluster in the layout of TiUP is silent, however it is described; another one beside it is left alone',
  async (t) => {
    const members = { pd: 1, tidb: 1, tikv: 1, ticdc: 1 };
    const cluster = await devCluster(t, { layout: 'tiup', members });
    const other = await devCluster(t, { layout: 'tiup', members });
    const { ca, cert, key } = cluster.files('agent');
    const agent = ['--cacert', ca, '--cert', cert, '--key', key, '--timeout', '20s', '--output', 'json'];
    const pd = ['--pd', `https://127.0.0.1:${cluster.port('pd', 'client')}`];
    const topology = ['--topology', topologyOf(cluster)];
    const configs = ['pd', 'tidb', 'tikv', 'ticdc'].map((name) =>
      join(cluster.directory, name, 'conf', `${name}.toml`),
    );
    const ports = (one: DevCluster) =>
      [
        one.port('pd', 'client'),
        one.port('pd', 'peer'),
        one.port('tidb', 'status'),
        one.port('tikv', 'grpc'),
        one.port('tikv', 'status'),
        one.port('ticdc', 'api'),
      ].map((port) => `:${port}`);
    for (const [how, args] of [
      ['by its files', configs],
      ['by PD', pd],
      ['by its topology', topology],
      ['by files and PD', [...pd, ...configs]],
      ['by all of them', [...pd, ...topology, ...configs]],
    ] as const) {
      const { stdout, stderr } = await runAgent('check', ...agent, ...args);
      const { findings } = JSON.parse(stdout) as {
        findings: readonly { status: string; instance: string; message: string }[];
      };
      const failed = findings
        .filter(({ status }) => status === 'fail')
        .map(({ instance, message }) => `${instance} ${message}`);
      t.strictSame(failed, [], `${how}: nothing fails ${stderr}`);
      t.ok(findings.filter(({ status }) => status === 'pass').length > 20, `${how}: ports are probed`);
      t.notOk(
        ports(other).some((port) => stdout.includes(`127.0.0.1${port}`)),
        `${how}: the other cluster is not named`,
      );
    }
    const listed = await runAgent('check', '--inventory', ...configs);
    const alone = join(temporaryDirectory(t), 'pd.toml');
    copyFileSync(join(cluster.directory, 'pd/conf/pd.toml'), alone);
    t.match((await runAgent('check', '--inventory', alone)).stdout, /pd .*pd\.toml.*\n {2}client {3}address unknown/);
    t.strictSame(
      ports(cluster).filter((port) => !listed.stdout.includes(port)),
      [],
      'every address is known from the start scripts',
    );
  },
);
