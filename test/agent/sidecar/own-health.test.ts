import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { servedAgent } from '../../support/served-agent.js';

t.test("the agent's metrics of itself: its host, the certificates on disk in use, its web configuration", async (t) => {
  const cluster = await devCluster(t, { members: { tidb: 1 } });
  const webConfig = join(cluster.directory, 'web.yml');
  writeFileSync(webConfig, 'http_server_config:\n  headers: {}\n');
  const served = await servedAgent(t, cluster, { web: { configFile: webConfig } });
  const lines = async (name: string) =>
    (await (await fetch(`${served.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith(name));

  const series = await lines('tidb_mtls_');
  t.ok(series.length > 50);
  t.ok(series.every((line) => line.includes(`agent="${hostname()}"`)));

  const valuesOf = async (name: string, label = '') =>
    (await lines(name)).filter((line) => line.includes(label)).map((line) => line.split(' ').at(-1));
  const agent = () => valuesOf('tidb_mtls_identity_current', 'identity="agent"');
  t.strictSame(await agent(), ['1']);
  t.strictSame(await valuesOf('tidb_mtls_identity_current', 'identity="tidb"'), ['1']);
  const { key } = cluster.files('agent');
  const good = readFileSync(key, 'utf8');
  writeFileSync(key, readFileSync(cluster.files('tidb').key, 'utf8'));
  await eventually('a key that does not match is reported', async () => (await agent())[0] === '0');
  t.strictSame(await valuesOf('tidb_mtls_identity_current', 'identity="tidb"'), ['1'], 'of that identity alone');
  writeFileSync(key, good);
  await eventually('the former key is as good as a new one', async () => (await agent())[0] === '1');

  const web = () => valuesOf('tidb_mtls_web_config_last_reload_successful');
  t.strictSame(await web(), ['1']);
  writeFileSync(webConfig, 'http_server_config:\n  nonsense: 1\n');
  t.strictSame(await web(), ['0'], 'the scrape itself reads the file');
  writeFileSync(webConfig, 'http_server_config: {}\n');
  t.strictSame(await web(), ['1']);
  t.match((await valuesOf('tidb_mtls_certificate_modified_timestamp_seconds', 'component="tidb"'))[0], /^1\d{9}/);
});
