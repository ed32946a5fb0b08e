import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { readKeyPair } from '../../credentials/key-pair.js';
import { evaluatedTemplates } from '../support/deploy-tools.js';
import { needsGo } from '../support/go-peers.js';
import { needs } from '../support/peers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const folder = join(import.meta.dirname, '../../deploy/vault');
const authority = await Authority.create();
const issue = () => authority.issue({ commonName: 'tikv', dns: ['localhost'], ip: ['127.0.0.1'] });
type Pair = Awaited<ReturnType<typeof issue>>;

t.test('consul-template takes the template, and it asks for one pair that it finds again', needsGo(), async (t) => {
  const { status, stdout, stderr } = evaluatedTemplates(join(folder, 'agent.hcl'));
  t.equal(status, 0, stderr);
  const tls = '/tidb-deploy/tikv-20160/tls';
  t.equal(
    stdout,
    `${tls}/bundle.pem 600 [/usr/local/bin/install-pair ${tls} tikv.crt tikv.pem] vault.pki(pki/issue/tidb->${tls}/bundle.pem)\n`,
  );
  const broken = join(temporaryDirectory(t), 'agent.hcl');
  writeFileSync(broken, readFileSync(join(folder, 'agent.hcl'), 'utf8').replace('{{ end }}', ''));
  t.match(evaluatedTemplates(broken), { status: 1, stderr: /unexpected EOF/ }, 'it can say no');
});

t.test('install-pair switches key and certificate at once', needs('/usr/bin/openssl', 'openssl'), async (t) => {
  const directory = temporaryDirectory(t);
  const paths = { cert: join(directory, 'tikv.crt'), key: join(directory, 'tikv.pem') };
  const first = await issue();
  writeFileSync(paths.cert, first.certificatePem);
  writeFileSync(paths.key, first.keyPem);
  writeFileSync(join(directory, 'ca.crt'), authority.certificatePem);
  const install = (pair: Pair) => {
    writeFileSync(join(directory, 'bundle.pem'), `${pair.keyPem}${pair.certificatePem}${authority.certificatePem}`);
    return spawnSync(join(folder, 'install-pair'), [directory, 'tikv.crt', 'tikv.pem'], { encoding: 'utf8' });
  };
  const inForce = () => readKeyPair(paths).leaf.serialNumber;

  const pairs = [await issue(), await issue(), await issue()];
  for (const pair of pairs) {
    const { status, stderr } = install(pair);
    t.equal(status, 0, stderr);
    t.equal(inForce(), serialOf(pair), 'in force');
    t.ok(lstatSync(paths.cert).isSymbolicLink() && lstatSync(paths.key).isSymbolicLink());
    t.equal(statSync(paths.key).mode & 0o777, 0o640);
  }
  const files = () => readdirSync(directory).filter((name) => !name.startsWith('.pair-'));
  const runtimes = () => readdirSync(directory).length - files().length;
  t.strictSame(files(), ['.pair', 'bundle.pem', 'ca.crt', 'tikv.crt', 'tikv.pem']);
  t.equal(runtimes(), 2, 'the pair in force and the one before');

  const mismatched = await issue();
  const { keyPem } = await issue();
  t.not(install({ ...mismatched, keyPem }).status, 0, 'a certificate and key that do not match are rejected');
  t.not(install({ ...mismatched, certificatePem: '' }).status, 0, 'and so is half of one');
  t.equal(inForce(), serialOf(pairs[2] as Pair), 'the last one stays in force');
  t.equal(runtimes(), 1, 'and nothing remains');
});

t.test(
  'a reader that resolves the link once always gets a matching pair',
  needs('/usr/bin/openssl', 'openssl'),
  async (t) => {
    const directory = temporaryDirectory(t);
    const bundles = await Promise.all([issue(), issue()]);
    const install = async (pair: Pair) => {
      writeFileSync(join(directory, 'bundle.pem'), `${pair.keyPem}${pair.certificatePem}`);
      const [status] = await once(spawn(join(folder, 'install-pair'), [directory, 'tls.crt', 'tls.key']), 'exit');
      t.equal(status, 0);
    };
    await install(bundles[0] as Pair);
    let rotating = true;
    let readings = 0;
    const rotations = (async () => {
      for (let round = 0; round < 10; round += 1) {
        await install(bundles[round % 2] as Pair);
      }
      rotating = false;
    })();
    while (rotating) {
      const now = join(directory, readlinkSync(join(directory, '.pair')));
      const names = statSync(now, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(now) : [];
      if (names.length > 0) {
        readKeyPair({ cert: join(now, 'tls.crt'), key: join(now, 'tls.key') });
        readings += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await rotations;
    t.ok(readings > 10, `${readings} readings`);
  },
);

function serialOf({ certificatePem }: Pair): string {
  return new X509Certificate(certificatePem).serialNumber.toLowerCase();
}
