import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { devCluster } from '../support/dev-cluster.js';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/peers.js';
import { prometheusProgram, startPrometheus } from '../support/real-prometheus.js';
import { servedAgent } from '../support/served-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const rules = join(import.meta.dirname, '../../deploy/prometheus/tidb-mtls.rules.yml');

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

t.test(
  'Prometheus scrapes the agent over mutual TLS; an alert of the shipped rules fires and is gone after a rotation',
  needs(prometheusProgram, 'prometheus'),
  async (t) => {
    const cluster = await devCluster(t);
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
    const served = await servedAgent(t, cluster, {
      web: { configFile: join(directory, 'web.yml') },
      probe: { interval: 2_000 },
    });
    t.match(served.url, /^https:/);

    // The shipped rules, but for the waiting that keeps them quiet during a rotation.
    writeFileSync(join(directory, 'rules.yml'), readFileSync(rules, 'utf8').replaceAll(/for: \d+[mh]/g, 'for: 0s'));
    const prometheus = await startPrometheus(
      t,
      directory,
      `global: { scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs:
  - job_name: tidb-mtls
    honor_labels: true
    scheme: https
    tls_config: { ca_file: ca.crt, cert_file: prometheus.crt, key_file: prometheus.pem }
    static_configs: [{ targets: ['${new URL(served.url).host}'] }]
`,
    );
    const alerts = async () => ((await prometheus.api('alerts')) as { readonly alerts: readonly Alert[] }).alerts;
    const mismatch = async () =>
      (await alerts()).find(
        ({ state, labels }) => state === 'firing' && labels.alertname === 'TiDB_mtls_served_certificate_not_on_disk',
      );

    await eventually('the target is up', async () => {
      const { activeTargets } = (await prometheus.api('targets')) as { activeTargets: readonly { health: string }[] };
      return activeTargets.length === 1 && activeTargets[0]?.health === 'up';
    });
    await eventually('the samples are there', async () => {
      return (await prometheus.query('tidb_mtls_endpoint_up == 1')).length > 5;
    });
    t.strictSame(await alerts(), [], 'a healthy cluster is silent');

    await cluster.fault('tidb', 'status', 'keepOldCertificate', true);
    await cluster.rotate('tidb');
    const fired = await eventually('the alert fires', async () => (await mismatch()) !== undefined);
    const labels = (await mismatch())?.labels;
    t.match(labels, { component: 'tidb', endpoint: 'status', severity: /./, level: /./ }, 'with its labels');
    t.notOk(
      Object.keys(labels ?? {}).some((name) => name.startsWith('exported_')),
      'honor_labels is in force',
    );
    await cluster.fault('tidb', 'status', 'keepOldCertificate', false);
    await cluster.rotate('tidb');
    const gone = await eventually('the alert is gone', async () => (await alerts()).length === 0);
    t.comment(`fired after ${Math.round(fired)} ms, gone after ${Math.round(gone)} ms`);
  },
);
