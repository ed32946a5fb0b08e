import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { devCluster } from '../../support/dev-cluster.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/peers.js';
import { servedAgent } from '../../support/served-agent.js';

/** Makes the files links through `..data`, with the same contents. */
function mountAsKubernetes(directory: string, names: readonly string[]): void {
  mkdirSync(join(directory, '..first'));
  symlinkSync('..first', join(directory, '..data'));
  for (const name of names) {
    writeFileSync(join(directory, '..first', name), readFileSync(join(directory, name)));
    symlinkSync(join('..data', name), join(directory, `${name}.link`));
    renameSync(join(directory, `${name}.link`), join(directory, name));
  }
}

t.test('the sidecar serves page, metrics, probe and discovery, and follows each way of swapping', async (t) => {
  const cluster = await devCluster(t);
  const served = await servedAgent(t, cluster);
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${served.url}${path}`, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  t.match(await get('/-/ready'), { status: 200 });
  const page = await get('/');
  t.match(page.text, /0 failed|All \d+ passed/);
  t.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  t.notMatch(page.text, /PRIVATE KEY/);
  t.match(
    (await get('/metrics')).text,
    /tidb_mtls_endpoint_up\{component="tikv",instance="127.0.0.1:\d+",endpoint="grpc",identity="agent",agent="[^"]+"\} 1/,
  );
  const groups = JSON.parse((await get('/sd')).text);
  t.equal(groups.length, 11);
  for (const { targets, labels } of groups) {
    const { status, text } = await get(`/probe?target=${targets[0]}&module=${labels.__param_module}`);
    t.equal(status, 200);
    t.match(text, /^probe_success 1$/m, labels.__param_module);
  }
  t.match(await get('/probe?target=127.0.0.1:1&module=pd'), { status: 403, text: /not in the inventory/ });
  t.match(await get('/probe?target=x&module=nope'), { status: 400, text: /unknown module "nope"; known: / });
  t.match(await get('/-/reload'), { status: 405 });
  t.match(await get('/nothing'), { status: 404 });
  t.match(JSON.parse((await get('/api/v1/findings')).text), { version: 1, summary: { fail: 0 } });

  const { cert, key } = cluster.files('tidb');
  const fingerprint = async () =>
    /tidb_mtls_certificate_info\{component="tidb".*fingerprint="(\w+)"/.exec((await get('/metrics')).text)?.[1];
  const issue = () =>
    cluster.authority.issue({ commonName: 'TiDB-Server', dns: ['localhost'], ip: ['127.0.0.1', '::1'] });
  const ways: Readonly<Record<string, (certificate: string, keyPem: string) => void>> = {
    'in place': (certificate, keyPem) => {
      writeFileSync(key, keyPem);
      writeFileSync(cert, certificate);
    },
    rename: (certificate, keyPem) => {
      writeFileSync(`${key}.new`, keyPem);
      writeFileSync(`${cert}.new`, certificate);
      renameSync(`${key}.new`, key);
      renameSync(`${cert}.new`, cert);
    },
    'unlink and create': (certificate, keyPem) => {
      unlinkSync(key);
      unlinkSync(cert);
      writeFileSync(key, keyPem);
      writeFileSync(cert, certificate);
    },
    'symlink swap': (certificate, keyPem) => {
      for (const [file, text] of [
        [key, keyPem],
        [cert, certificate],
      ] as const) {
        writeFileSync(`${file}.target`, text);
        symlinkSync(`${file}.target`, `${file}.link`);
        renameSync(`${file}.link`, file);
      }
    },
    '..data swap, as the kubelet does it': (certificate, keyPem) => {
      const tls = dirname(cert);
      const names = { 'ca.crt': cluster.authority.certificatePem, 'tidb.pem': keyPem, 'tidb.crt': certificate };
      mkdirSync(join(tls, '..next'));
      for (const [name, text] of Object.entries(names)) {
        writeFileSync(join(tls, '..next', name), text);
      }
      symlinkSync('..next', join(tls, '..data_tmp'));
      renameSync(join(tls, '..data_tmp'), join(tls, '..data'));
    },
    'directory replaced': (certificate, keyPem) => {
      const tls = dirname(cert);
      mkdirSync(`${tls}.new`);
      writeFileSync(`${tls}.new/ca.crt`, cluster.authority.certificatePem);
      writeFileSync(`${tls}.new/tidb.pem`, keyPem);
      writeFileSync(`${tls}.new/tidb.crt`, certificate);
      renameSync(tls, `${tls}.old`);
      renameSync(`${tls}.new`, tls);
    },
  };
  const tls = dirname(cert);
  for (const [way, swap] of Object.entries(ways)) {
    if (way.startsWith('..data')) {
      mountAsKubernetes(tls, ['ca.crt', 'tidb.pem', 'tidb.crt']);
    }
    const before = await fingerprint();
    const issued = await issue();
    swap(issued.certificatePem, issued.keyPem);
    await eventually(`metrics after ${way}`, async () => (await fingerprint()) !== before);
    t.pass(way);
  }

  const slow = await issue();
  writeFileSync(cert, slow.certificatePem);
  await eventually('certificate first: the mismatch is reported', async () =>
    /^tidb_mtls_key_pair_matched\{component="tidb"[^}]*\} 0$/m.test((await get('/metrics')).text),
  );
  await pause(2_000);
  writeFileSync(key, slow.keyPem);
  await eventually('key two seconds later: they match again', async () =>
    /^tidb_mtls_key_pair_matched\{component="tidb"[^}]*\} 1$/m.test((await get('/metrics')).text),
  );

  const config = readFileSync(cluster.agentConfig, 'utf8');
  writeFileSync(cluster.agentConfig, `${config}\nnonsense = 1\n`);
  t.match(await get('/-/reload', { method: 'POST' }), { status: 500, text: /unknown key/ });
  t.match((await get('/metrics')).text, /^tidb_mtls_config_last_reload_successful\{agent="[^"]+"\} 0$/m);
  writeFileSync(cluster.agentConfig, config);
  t.match(await get('/-/reload', { method: 'POST' }), { status: 200 });

  const promtool = needs('/usr/bin/promtool', 'prometheus');
  t.test('promtool finds nothing to complain about', promtool, async (t) => {
    const output = execFileSync('/usr/bin/promtool', ['check', 'metrics'], {
      input: (await get('/metrics')).text,
      encoding: 'utf8',
    });
    t.equal(output, '');
  });
});
