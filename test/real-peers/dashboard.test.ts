import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import t, { type Test } from 'tap';
import { componentNames } from '../../cluster/components/profile.js';
import type { DevCluster } from '../../devcluster/dev-cluster.js';
import { renderRecordings, renderRules } from '../../generate/rules/render.js';
import { filledIn, queries } from '../support/dashboard.js';
import { devCluster } from '../support/dev-cluster.js';
import { eventually } from '../support/eventually.js';
import { listening } from '../support/listening.js';
import { needs } from '../support/peers.js';
import { freePort } from '../support/real-peer.js';
import { prometheusProgram, type RealPrometheus, startPrometheus } from '../support/real-prometheus.js';
import { servedAgent } from '../support/served-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Panels that are empty in a healthy cluster, and the fault that fills each. */
const faults = {
  'Failures and warnings': 'a port that keeps its old certificate',
  'Reload delay': 'a port that keeps its old certificate',
  'Old certificates in use': 'a port that keeps its old certificate',
  'Callers rejected': 'a port that rejects a caller',
  'Differences from the configuration': 'a port that rejects a caller',
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
[wrong-name]
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
function negativeProbe(
  port: number,
  ca: string,
  pair: { readonly cert?: string; readonly key?: string },
): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...pair });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.resume();
  });
}

type Query = (typeof queries)[number];

/** Those of the queries that return nothing. */
async function emptyOf(prometheus: RealPrometheus, asked: readonly Query[]): Promise<readonly Query[]> {
  const results = await Promise.all(asked.map(({ expr }) => prometheus.query(filledIn(expr))));
  return asked.filter((_, index) => results[index]?.length === 0);
}

t.test(
  'every query of the dashboard returns data from a real Prometheus',
  needs(prometheusProgram, 'prometheus'),
  async (t) => {
    // Other programs have no configuration that is known.
    const known = componentNames.filter((name) => name !== 'other');
    const one = Object.fromEntries(known.map((name) => [name, 1]));
    const cluster = await devCluster(t, { members: one });
    const proxyPort = await withProxy(t, cluster);
    const served = await servedAgent(t, cluster, { probe: { interval: 5_000, negativeInterval: 5_000 } });
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'alerts.yml'), renderRules());
    writeFileSync(join(directory, 'recordings.yml'), renderRecordings());
    const prometheus = await startPrometheus(
      t,
      directory,
      `global: { scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 2s }
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
    const negativeProbes = async () => {
      await negativeProbe(proxyPort, ca, pair);
      await negativeProbe(proxyPort, ca, {});
    };

    let empty: readonly Query[] = queries;
    const places = () => empty.map(({ place }) => place).join(', ');
    const waitFor = async (what: string, enough: () => boolean) => {
      await eventually(what, async () => {
        await negativeProbes();
        empty = await emptyOf(prometheus, empty);
        return enough();
      }).catch((error: unknown) => t.fail(`${error}; empty: ${places()}`));
    };
    const silentWhenWell = Object.keys(faults);
    await waitFor('a healthy cluster fills what it can', () =>
      empty.every(({ place }) => silentWhenWell.some((title) => place.startsWith(title))),
    );
    t.comment(`silent while all is well: ${places()}`);

    await cluster.fault('tidb', 'status', 'keepOldCertificate', true);
    await cluster.rotate('tidb');
    await cluster.fault('pd', 'client', 'rejectCaller', true);
    await waitFor('faults fill the rest', () => empty.length === 0);
    t.equal(places(), '', `${queries.length} queries return data`);
    for (const { place, expr } of queries) {
      const elsewhere = filledIn(expr.replaceAll('$tidb_cluster', 'another'));
      const values = (await prometheus.query(elsewhere)).map(({ value }) => value[1]);
      t.ok(
        values.every((value) => value === '0'),
        `${place} is of the cluster that was chosen`,
      );
    }
  },
);
