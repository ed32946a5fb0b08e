import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { deploy } from '../../agent/cli/commands/deploy.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { devCluster } from '../support/dev-cluster.js';
import { runAgent } from '../support/run-agent.js';
import { runCommand } from '../support/run-command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { writeMeta } from '../support/tiup.js';

/** The meta.yaml that TiUP would have of this cluster; everything runs on 127.0.0.1. */
function topologyOf(cluster: DevCluster) {
  const server = (
    member: 'tidb' | 'pd' | 'tikv' | 'tiflash' | 'ticdc' | 'tiproxy',
    ports: Readonly<Record<string, number>>,
  ) => [{ host: '127.0.0.1', deploy_dir: join(cluster.directory, member), ...ports }];
  const { port } = cluster;
  return {
    global: { user: 'tidb', enable_tls: true },
    monitored: { deploy_dir: join(cluster.directory, 'agent') },
    pd_servers: server('pd', { client_port: port('pd', 'client'), peer_port: port('pd', 'peer') }),
    tidb_servers: server('tidb', { status_port: port('tidb', 'status') }),
    tikv_servers: server('tikv', { port: port('tikv', 'grpc'), status_port: port('tikv', 'status') }),
    tiflash_servers: server('tiflash', {
      flash_service_port: port('tiflash', 'grpc'),
      flash_proxy_port: port('tiflash', 'proxy'),
      flash_proxy_status_port: port('tiflash', 'status'),
      metrics_port: port('tiflash', 'metrics'),
    }),
    cdc_servers: server('ticdc', { port: port('ticdc', 'api') }),
    tiproxy_servers: server('tiproxy', { status_port: port('tiproxy', 'api') }),
  };
}

/** Files by the names that TiUP gives them, and TiUP's own client on every list. */
function asTiupNamesThem({ directory, files }: DevCluster): void {
  const exporter = join(directory, 'agent/tls/blackbox_exporter');
  symlinkSync(files('agent').cert, `${exporter}.crt`);
  symlinkSync(files('agent').key, `${exporter}.pem`);
  symlinkSync(files('ticdc').cert, join(directory, 'ticdc/tls/cdc.crt'));
  symlinkSync(files('ticdc').key, join(directory, 'ticdc/tls/cdc.pem'));
  symlinkSync(join(directory, 'ticdc/conf/ticdc.toml'), join(directory, 'ticdc/conf/cdc.toml'));
  for (const file of [
    'tidb/conf/tidb',
    'pd/conf/pd',
    'tikv/conf/tikv',
    'ticdc/conf/ticdc',
    'tiproxy/conf/tiproxy',
    'tiflash/conf/tiflash',
    'tiflash/conf/tiflash-learner',
  ]) {
    const path = join(directory, `${file}.toml`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(-cn|_cn) = \[/, '$1 = ["prod-client", '));
  }
}

t.test('the agent of a written agent.toml knows the cluster, and finds what is wrong in it', async (t) => {
  const cluster = await devCluster(t);
  asTiupNamesThem(cluster);
  const output = join(temporaryDirectory(t), 'output');
  mkdirSync(output);
  await runCommand(deploy, ['tiup', '--topology', writeMeta(t, topologyOf(cluster)), '--output', output]);
  const config = join(output, 'hosts/127.0.0.1/agent.toml');

  const healthy = await runAgent('check', '--json', '--config', config);
  const { findings } = JSON.parse(healthy.stdout);
  const failing = findings.filter(({ status }: { status: string }) => status === 'fail');
  t.strictSame(failing, []);
  t.equal(healthy.status, 0);
  const answered = findings.filter(
    ({ check, status }: { check: string; status: string }) => check === 'endpoint-answers' && status === 'pass',
  );
  t.equal(answered.length, 11, 'every port of every component');

  await cluster.fault('tikv', 'grpc', 'serveExpired', true);
  const expired = await runAgent('check', '--config', config);
  t.match(expired, {
    status: 1,
    stdout: /^✗ tikv 127\.0\.0\.1:\d+ {2}grpc serves a certificate that expired .*\[served-certificate-expired\]$/m,
  });
});
