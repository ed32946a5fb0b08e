import { type SpawnOptionsWithoutStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import t from 'tap';
import { componentCommonNames } from '../../certs-dev/names.js';
import { go, helm, kustomized, manifestsIn, rendered } from '../support/deploy-tools.js';
import { devCluster } from '../support/dev-cluster.js';
import { typeErrorsOf } from '../support/kubernetes-types.js';
import { readPage } from '../support/markdown.js';
import { needs } from '../support/peers.js';
import { agentMain } from '../support/run-agent.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const root = join(import.meta.dirname, '../..');
const pages = ['kubernetes', 'rotation/cert-manager', 'rotation/vault-agent', 'rotation/tiup'].map((name) => ({
  name,
  blocks: readPage(`docs/${name}.md`).blocks.map(({ value }) => value),
}));
const shell = pages.flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'sh'));
const yaml = pages.flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'yaml'));

t.test('every manifest of the pages is what its API knows', async (t) => {
  const manifests = yaml.flatMap(({ text }) => (text.startsWith('apiVersion') ? manifestsIn(text) : []));
  t.strictSame(
    manifests.map(({ kind }) => kind),
    ['NetworkPolicy', 'Certificate'],
  );
  t.strictSame(typeErrorsOf(manifests), []);
});

t.test('every piece of values renders, and every kustomization builds', go, async (t) => {
  const directory = temporaryDirectory(t);
  const values = yaml.filter(({ text }) => text.startsWith('# values'));
  t.equal(values.length, 4);
  for (const { text } of values) {
    writeFileSync(join(directory, 'values.yaml'), text);
    t.strictSame(typeErrorsOf(rendered('--values', join(directory, 'values.yaml'))), []);
  }
  for (const { text } of yaml.filter(({ text }) => text.startsWith('# kustomization.yaml'))) {
    const v1 = relative(directory, join(root, 'deploy/kustomize/v1'));
    writeFileSync(join(directory, 'kustomization.yaml'), text.replaceAll('../', `${v1}/`));
    const spec = { tikv: { replicas: 1, requests: { storage: '1Gi' } } };
    const resource = { apiVersion: 'pingcap.com/v1alpha1', kind: 'TidbCluster', metadata: { name: 'basic' }, spec };
    writeFileSync(join(directory, 'tidbcluster.yaml'), JSON.stringify(resource));
    const manifests = kustomized(directory);
    t.strictSame(typeErrorsOf(manifests), []);
    t.match(JSON.stringify(manifests), /registry\.example\.com/);
  }
});

t.test('every command that needs no cluster runs', go, async (t) => {
  const lines = shell.flatMap(({ text }) => text.split('\n'));
  for (const line of lines.filter((one) => one.startsWith('helm '))) {
    const [, verb, name = '', ...args] = line.replace(' --reuse-values', '').split(' ');
    const { status, stderr } = helm('template', name, ...args, '--kube-version', '1.34.0');
    t.equal(status, 0, `helm ${verb}: ${stderr}`);
  }
  for (const line of lines.filter((one) => one.startsWith('tidb-mtls-agent lint '))) {
    const args = line.split(' ').slice(1);
    t.match(spawnSync(process.execPath, [agentMain, ...args], { cwd: root, encoding: 'utf8' }), {
      status: 0,
      stdout: /^\d+ files, 0 errors, 0 warnings, 0 notes\n$/,
    });
  }
  const folders = lines.flatMap((line) => /^kubectl kustomize (\S+)$/.exec(line)?.[1] ?? []);
  t.strictSame(
    folders.map((folder) => kustomized(folder).length > 3),
    [true, true],
  );
});

t.test('every piece of shell is shell', async (t) => {
  for (const { text } of shell) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    t.equal(status, 0, stderr);
  }
});

t.test(
  'the rotation by hand of TiUP: issued, rehearsed, installed, checked',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const cluster = await devCluster(t);
    const directory = temporaryDirectory(t);
    const [tls, bin] = [join(directory, 'tls'), join(directory, 'bin')];
    mkdirSync(tls);
    mkdirSync(bin);
    writeFileSync(join(tls, 'ca.crt'), cluster.authority.certificatePem);
    writeFileSync(join(tls, 'ca.pem'), cluster.authority.keyPem);
    writeFileSync(join(bin, 'tidb-mtls-agent'), `#!/bin/sh\nexec "${process.execPath}" "${agentMain}" "$@"\n`, {
      mode: 0o755,
    });
    const env = {
      ...process.env,
      ...{ TLS: tls, HOST: 'DNS:localhost', DEPLOY: join(cluster.directory, 'tikv') },
      PATH: `${bin}${delimiter}${process.env.PATH}`,
    };
    for (const step of ['# issue', '# rehearse', '# install']) {
      const text = shell.find((block) => block.text.startsWith(step))?.text ?? 'exit 9';
      // The component's name is another one in the dev cluster, and its agent.toml elsewhere.
      const script = `set -e\n${text}`
        .replaceAll('CN=tikv', `CN=${componentCommonNames.tikv}`)
        .replaceAll('--config agent.toml', `--config ${cluster.agentConfig}`);
      const { status, stdout, stderr } = await run('bash', ['-c', script], { cwd: directory, env });
      t.equal(status, 0, `${step}\n${stdout}${stderr}`);
    }
  },
);

/** Without blocking: the dev cluster answers in this process. */
async function run(program: string, args: readonly string[], options: SpawnOptionsWithoutStdio) {
  const child = spawn(program, args, { ...options, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [status] = await once(child, 'close');
  return { status, stdout, stderr };
}
