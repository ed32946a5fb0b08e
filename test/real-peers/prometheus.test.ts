import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { serve } from '../../agent/commands/run.js';
import { readAgentConfig } from '../../agent/config.js';
import { startDevCluster } from '../../devcluster/dev-cluster.js';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { freePort, started } from '../support/real-peer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const prometheus = '/usr/bin/prometheus';
const rules = join(import.meta.dirname, '../../deploy/prometheus/tidb-mtls.rules.yml');

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

t.test(
  'Prometheus scrapes the agent over mutual TLS; an alert of the shipped rules fires and is gone after a rotation',
  { ...needs(prometheus, 'prometheus'), timeout: 80_000 },
  async (t) => {
    const cluster = await startDevCluster();
    t.teardown(() => cluster.stop());
    const directory = temporaryDirectory(t);
    const pairOf = async (name: string) => {
      const issued = await cluster.authority.issue({ commonName: name, dns: ['localhost'], ip: ['127.0.0.1'] });
      writeFileSync(join(directory, `${name}.crt`), issued.certificatePem);
      writeFileSync(join(directory, `${name}.pem`), issued.keyPem);
    };
    writeFileSync(join(directory, 'ca.crt'), cluster.authority.certificatePem);
    await pairOf('agent');
    await pairOf('prometheus');
    writeFileSync(
      join(directory, 'web.yml'),
      'tls_server_config:\n  cert_file: agent.crt\n  key_file: agent.pem\n  client_ca_file: ca.crt\n  client_auth_type: RequireAndVerifyClientCert\n  client_allowed_sans: [localhost]\n',
    );
    const readConfig = () => {
      const config = readAgentConfig(cluster.agentConfig);
      const web = { ...config.web, port: 0, configFile: join(directory, 'web.yml') };
      return { ...config, web, probe: { ...config.probe, interval: 500 } };
    };
    const served = await serve({ readConfig, logger: pino({ level: 'silent' }) });
    t.teardown(() => served.stop());
    t.match(served.url, /^https:/);

    // The shipped rules, but for the waiting that keeps them quiet during a rotation.
    writeFileSync(join(directory, 'rules.yml'), readFileSync(rules, 'utf8').replaceAll(/for: \d+[mh]/g, 'for: 0s'));
    writeFileSync(
      join(directory, 'prometheus.yml'),
      `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [rules.yml]
scrape_configs:
  - job_name: tidb-mtls
    honor_labels: true
    scheme: https
    tls_config: { ca_file: ca.crt, cert_file: prometheus.crt, key_file: prometheus.pem }
    static_configs: [{ targets: ['${new URL(served.url).host}'] }]
`,
    );
    const port = await freePort();
    mkdirSync(join(directory, 'data'));
    await started(
      t,
      prometheus,
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      /Server is ready to receive web requests/,
    );
    const api = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
      return ((await response.json()) as { readonly data: unknown }).data;
    };
    const alerts = async () => ((await api('alerts')) as { readonly alerts: readonly Alert[] }).alerts;
    const mismatch = async () =>
      (await alerts()).find(
        ({ state, labels }) => state === 'firing' && labels.alertname === 'TiDB_mtls_served_certificate_not_on_disk',
      );

    await eventually('the target is up', 10_000, async () => {
      const { activeTargets } = (await api('targets')) as { activeTargets: readonly { health: string }[] };
      return activeTargets.length === 1 && activeTargets[0]?.health === 'up';
    });
    await eventually('the samples are there', 10_000, async () => {
      const query = encodeURIComponent('tidb_mtls_endpoint_up == 1');
      const { result } = (await api(`query?query=${query}`)) as { result: readonly unknown[] };
      return result.length > 5;
    });
    t.strictSame(await alerts(), [], 'a healthy cluster is silent');

    await cluster.fault('tidb', 'status', 'keepOldCertificate', true);
    await cluster.rotate('tidb');
    const fired = await eventually('the alert fires', 15_000, async () => (await mismatch()) !== undefined);
    const labels = (await mismatch())?.labels;
    t.match(labels, { component: 'tidb', endpoint: 'status', severity: /./, level: /./ }, 'with its labels');
    t.notOk(
      Object.keys(labels ?? {}).some((name) => name.startsWith('exported_')),
      'honor_labels is in force',
    );
    await cluster.fault('tidb', 'status', 'keepOldCertificate', false);
    await cluster.rotate('tidb');
    const gone = await eventually('the alert is gone', 15_000, async () => (await alerts()).length === 0);
    t.comment(`fired after ${Math.round(fired)} ms, gone after ${Math.round(gone)} ms`);
  },
);
