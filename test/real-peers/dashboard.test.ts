import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import pino from 'pino';
import t, { type Test } from 'tap';
import { serve } from '../../agent/commands/run.js';
import { readAgentConfig } from '../../agent/config.js';
import { componentNames } from '../../cluster/profile.js';
import { type DevCluster, startDevCluster } from '../../devcluster/dev-cluster.js';
import { renderRecordings, renderRules } from '../../metrics/rules/render.js';
import { dashboard, filledIn, queries } from '../support/dashboard.js';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { needs } from '../support/peers.js';
import { freePort } from '../support/real-peer.js';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../support/real-prometheus.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** What a healthy cluster cannot show: the fault that brings it, by the panel. */
const faults = {
  'What is not a pass': 'a port that keeps its old certificate',
  'Lag behind the file': 'a port that keeps its old certificate',
  'Behind now': 'a port that keeps its old certificate',
  'Callers refused': 'a port that refuses a caller',
  'Against the configuration now': 'a port that refuses a caller',
} as const;

async function withProxy(t: Test, cluster: DevCluster): Promise<number> {
  const target = await listening(
    t,
    createServer((socket) => socket.end('hello\n')),
  );
  const port = await freePort();
  const { ca, cert, key } = cluster.files('tikv');
  appendFileSync(
    cluster.agentConfig,
    `
[imposter]
cert-path = "imposter.crt"
key-path = "imposter.pem"

[[proxy]]
name = "demo"
mode = "terminate"
listen = "127.0.0.1:${port}"
target = "127.0.0.1:${target}"
ca-path = "${ca}"
cert-path = "${cert}"
key-path = "${key}"
allow-cn = ["TiDB-Server"]
`,
  );
  const { certificatePem, keyPem } = await cluster.authority.issue({ commonName: 'somebody' });
  writeFileSync(join(cluster.directory, 'imposter.crt'), certificatePem);
  writeFileSync(join(cluster.directory, 'imposter.pem'), keyPem);
  return port;
}

/** One connection to its end, with a pair or without. */
function visit(port: number, ca: string, pair: { readonly cert?: string; readonly key?: string }): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...pair });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** The places of the dashboard whose queries return nothing. */
async function emptyPlaces(prometheus: RealPrometheus): Promise<readonly string[]> {
  const results = await Promise.all(queries.map(({ expr }) => prometheus.query(filledIn(expr))));
  return queries.filter((_, index) => results[index]?.length === 0).map(({ place }) => place);
}

t.test(
  'every query of the dashboard returns data from a real Prometheus',
  { ...needs(prometheusProgram, 'prometheus'), timeout: 180_000 },
  async (t) => {
    const one = Object.fromEntries(componentNames.map((name) => [name, 1]));
    const cluster = await startDevCluster({ members: one });
    t.teardown(() => cluster.stop());
    const proxyPort = await withProxy(t, cluster);
    const readConfig = () => {
      const config = readAgentConfig(cluster.agentConfig);
      const probe = { ...config.probe, interval: 1_000, refusals: 1_000 };
      return { ...config, web: { ...config.web, port: 0 }, probe };
    };
    const served = await serve({ readConfig, logger: pino({ level: 'silent' }) });
    t.teardown(() => served.stop());
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'alerts.yml'), renderRules());
    writeFileSync(join(directory, 'recordings.yml'), renderRecordings());
    const prometheus = await startPrometheus(
      t,
      directory,
      `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
rule_files: [alerts.yml, recordings.yml]
scrape_configs:
  - job_name: agents
    honor_labels: true
    static_configs: [{ targets: ['${new URL(served.url).host}'] }]
`,
    );
    const ca = readFileSync(cluster.files('tidb').ca, 'utf8');
    const pair = {
      cert: readFileSync(cluster.files('tidb').cert, 'utf8'),
      key: readFileSync(cluster.files('tidb').key, 'utf8'),
    };
    const visits = async () => {
      await visit(proxyPort, ca, pair);
      await visit(proxyPort, ca, {});
    };

    let empty: readonly string[] = [];
    const healthy = Object.keys(faults);
    await eventually('a healthy cluster fills what it can', 60_000, async () => {
      await visits();
      empty = await emptyPlaces(prometheus);
      return empty.every((place) => healthy.some((title) => place.startsWith(title)));
    }).catch(() => t.fail(`empty: ${empty.join(', ')}`));
    t.ok(empty.length > 0, `silent while all is well: ${empty.join(', ')}`);

    await cluster.fault('tidb', 'status', 'keepOldCertificate', true);
    await cluster.rotate('tidb');
    await cluster.fault('pd', 'client', 'refuseCaller', true);
    await eventually('faults fill the rest', 60_000, async () => {
      await visits();
      empty = await emptyPlaces(prometheus);
      return empty.length === 0;
    }).catch(() => t.fail(`empty: ${empty.join(', ')}`));
    t.strictSame(empty, []);
    t.comment(`${queries.length} queries in ${dashboard.panels.length} panels return data`);
  },
);
