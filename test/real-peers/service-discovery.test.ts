import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { devCluster } from '../support/dev-cluster.js';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { promtool } from '../support/promtool.js';
import { prometheusProgram, startPrometheus } from '../support/real-prometheus.js';
import { servedAgent } from '../support/served-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const deploy = join(import.meta.dirname, '../../deploy/prometheus');
const shipped = readFileSync(join(deploy, 'prometheus.yml'), 'utf8');
const rules = ['tidb-mtls.rules.yml', 'tidb-mtls.recording.rules.yml'];

t.test('promtool accepts the example as it is shipped, beside its rules', promtool, async (t) => {
  const { status, stdout, stderr } = spawnSync(
    '/usr/bin/promtool',
    ['check', 'config', join(deploy, 'prometheus.yml')],
    {
      encoding: 'utf8',
    },
  );
  t.equal(status, 0, stdout + stderr);
});

t.test(
  'the example, with the address of a real agent: each port of /sd is probed through /probe',
  needs(prometheusProgram, 'prometheus'),
  async (t) => {
    const cluster = await devCluster(t);
    const served = await servedAgent(t, cluster);
    const directory = temporaryDirectory(t);
    for (const file of rules) {
      copyFileSync(join(deploy, file), join(directory, file));
    }
    const { host } = new URL(served.url);
    const config = shipped
      .replace(/\['10\.0\.1\.1:10793'.*\]/, `['${host}']`)
      .replaceAll('10.0.1.1:10793', host)
      .replaceAll('15s', '5s');
    const prometheus = await startPrometheus(t, directory, config);

    const ports = served.sidecar.collector.inventory.instances.flatMap((instance) =>
      instance.endpoints.map((endpoint) => `${instance.component} ${instance.name} ${endpoint.name} prod-1`),
    );
    const seen = async (expression: string) =>
      (await prometheus.query(expression)).map(
        ({ metric }) => `${metric.component} ${metric.instance} ${metric.endpoint} ${metric.tidb_cluster}`,
      );
    await eventually('every port has answered', async () => (await seen('probe_success == 1')).length === ports.length);
    t.strictSame(
      (await seen('probe_success == 1')).sort(),
      [...ports].sort(),
      'by the names that the agent gives them',
    );
    const agent = 'tidb_mtls_endpoint_up{identity="agent"} == 1';
    await eventually('and was seen by the agent itself', async () => (await seen(agent)).length === ports.length);
    t.strictSame(
      (await seen(agent)).sort(),
      [...ports].sort(),
      "the agent's own series have the same names, so that both can be joined",
    );
    t.equal((await prometheus.query('probe_ssl_earliest_cert_expiry')).length, ports.length);
    t.strictSame(await prometheus.query('{__name__=~"tidb_mtls_.+",exported_instance!=""}'), []);

    await cluster.fault('tikv', 'status', 'down', true);
    await eventually('a port that is down is a failed probe', async () =>
      (await seen('probe_success == 0')).some((one) => one.startsWith('tikv ') && one.includes(' status ')),
    );
  },
);
