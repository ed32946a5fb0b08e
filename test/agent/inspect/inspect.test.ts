import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { documentOf, openssl, pairIn, quotes, runInspect, textOf } from '../../support/inspecting.js';
import { subjectAltName, withExtension, withUnknownKey } from '../../support/odd-certificates.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const day = 86_400_000;

t.test(
  'a folder: a tree of issuers, with names, usages, validity, keys and which implementations accept it',
  async (t) => {
    const { folder, ca, cert, key, file, pair } = await pairIn(t);
    file('notes.txt', 'no certificate here\n');
    const { status, stdout, stderr } = await runInspect(folder);
    t.match({ status, stderr }, { status: 0, stderr: '' });
    t.match(stdout, new RegExp(`^CN=Cluster CA {2}authority\n│ {3}found in {3}${ca}\n`));
    const leaf = stdout.slice(stdout.indexOf('└── CN=TiKV-Server'));
    for (const line of [
      `found in   ${cert}`,
      'names      db.example.com, 10.0.1.2',
      'usages     serverAuth, clientAuth',
      /validity {3}expires in \d+ days, \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
      `its private key is in ${key}`,
      'signed by  CN=Cluster CA',
      'accepted   as client and server: by Go, OpenSSL and gRPC C-core',
      'verified against CN=Cluster CA',
      /sha-256 {4}[0-9a-f]{64}\n/,
    ]) {
      t.match(leaf, line);
    }
    t.notMatch(stdout, quotes(pair.keyPem));
    t.notMatch(stdout, /notes\.txt/, 'ignored');
  },
);

t.test('fingerprint, serial and expiry are those of openssl', openssl, async (t) => {
  const { cert } = await pairIn(t);
  const [found] = (await documentOf([cert])).certificates;
  const said = execFileSync('openssl', [
    'x509',
    '-in',
    cert,
    '-noout',
    '-fingerprint',
    '-sha256',
    '-serial',
    '-enddate',
  ]);
  const [fingerprint = '', serial = '', end = ''] = said
    .toString()
    .split('\n')
    .map((line) => line.split('=')[1] ?? '');
  t.equal(found?.fingerprint, fingerprint.replaceAll(':', '').toLowerCase());
  t.equal(BigInt(`0x${found?.serialNumber}`), BigInt(`0x${serial}`));
  t.equal(found?.notAfter.getTime(), new Date(end).getTime());
});

t.test(
  'keys without a certificate, missing keys and issuers, a wrong order, expired and not yet valid ones are reported',
  async (t) => {
    const { authority, file, cert, key, ca, pair } = await pairIn(t);
    const other = await authority.issue({ commonName: 'other' });
    const unmatched = file('stray.pem', other.keyPem);
    const alone = await textOf([cert]);
    t.match(alone, 'its private key is not among the given files', 'it is in the folder, which was not given');
    t.match(alone, 'signed by  CN=Cluster CA, which was not found');
    t.match(await textOf([cert, unmatched]), new RegExp(`${unmatched} {2}key \\(ec prime256v1\\) of none`));
    const old = await authority.issue({
      commonName: 'old',
      notBefore: new Date(Date.now() - 9 * day),
      notAfter: new Date(Date.now() - 3 * day),
    });
    const expired = await textOf([file('old.crt', old.certificatePem), file('old.pem', old.keyPem), ca]);
    t.match(expired, /validity {3}EXPIRED 3 days ago/);
    t.match(
      expired,
      /accepted {3}as client and server: by NONE of Go, OpenSSL and gRPC C-core \(Go: x509: certificate has expired/,
    );
    const swapped = await textOf([file('swapped.crt', authority.certificatePem + pair.certificatePem), key]);
    t.match(swapped, /! {10}is not the first certificate in .*swapped\.crt/);
    const young = await authority.issue({
      commonName: 'young',
      notBefore: new Date(Date.now() + 5 * day),
      notAfter: new Date(Date.now() + 9 * day),
    });
    t.match(await textOf([file('young.crt', young.certificatePem)]), /NOT YET VALID: begins in 4 days/);
  },
);

t.test('Go and gRPC C-core accept a chain to an intermediate alone, OpenSSL does not', openssl, async (t) => {
  const folder = temporaryDirectory(t);
  const make = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  make('req', '-x509', ...key, '-keyout', 'root.pem', '-out', 'root.crt', '-subj', '/CN=Root', '-days', '9');
  writeFileSync(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:TRUE\n');
  make('req', ...key, '-keyout', 'int.pem', '-out', 'int.csr', '-subj', '/CN=Intermediate');
  make(
    'x509',
    '-req',
    '-in',
    'int.csr',
    '-CA',
    'root.crt',
    '-CAkey',
    'root.pem',
    '-out',
    'int.crt',
    '-days',
    '8',
    '-extfile',
    'ca.ext',
  );
  make('req', ...key, '-keyout', 'leaf.pem', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  make('x509', '-req', '-in', 'leaf.csr', '-CA', 'int.crt', '-CAkey', 'int.pem', '-out', 'leaf.crt', '-days', '7');
  const at = (...names: readonly string[]) => names.map((name) => join(folder, name));
  const partial = await textOf(at('int.crt', 'leaf.crt', 'leaf.pem'));
  t.match(partial, /by Go and gRPC C-core; not by OpenSSL, which also needs the root/);
  t.throws(() => make('verify', '-CAfile', 'int.crt', 'leaf.crt'), 'as openssl says');
  make('verify', '-partial_chain', '-CAfile', 'int.crt', 'leaf.crt');
  const short = await textOf(at('root.crt', 'int.crt', 'leaf.crt', 'leaf.pem'));
  t.match(
    short,
    /by NONE .*gRPC C-core: UNABLE_TO_GET_ISSUER_CERT_LOCALLY\)[\s\S]*append CN=Intermediate to .*leaf\.crt/,
  );
  t.match(short, /^CN=Root[\s\S]*^└── CN=Intermediate[\s\S]*^ {4}└── CN=leaf/m);
  writeFileSync(
    join(folder, 'chain.crt'),
    readFileSync(join(folder, 'leaf.crt'), 'utf8') + readFileSync(join(folder, 'int.crt'), 'utf8'),
  );
  t.match(await textOf(at('root.crt', 'chain.crt', 'leaf.pem')), /by Go, OpenSSL and gRPC C-core/);
});

t.test('a certificate cannot control the terminal', openssl, async (t) => {
  const folder = temporaryDirectory(t);
  const subject = '/CN=ev\u202eil\u009b31m';
  const request = [
    'req',
    '-x509',
    '-utf8',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'k.pem',
    '-out',
    'c.crt',
    '-subj',
    subject,
  ];
  execFileSync('openssl', request, { cwd: folder, stdio: 'pipe' });
  const { stdout } = await runInspect(join(folder, 'c.crt'));
  t.match(stdout, 'CN=ev\\u{202e}il\\u{9b}31m');
  t.notMatch(stdout, /[\u202e\u009b]/);
  const json = await runInspect('--json', join(folder, 'c.crt'));
  t.notMatch(json.stdout, /[\u202e\u009b]/);
  t.equal(JSON.parse(json.stdout).certificates[0].subject, 'CN=ev\u202eil\u009b31m', 'and JSON has it exactly');
});

t.test('a certificate with malformed names is shown, with the fields that cannot be read', async (t) => {
  const { file } = await pairIn(t);
  const odd = await withExtension(subjectAltName, new Uint8Array([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]));
  const { status, stdout } = await runInspect(file('odd.crt', odd.certificatePem));
  t.equal(status, 0);
  t.match(stdout, /^CN=odd\n/);
  t.match(stdout, /malformed: these fields cannot be read: .*subjectAltNames/);
});

t.test('a certificate whose key no library knows is one of the others of its folder', async (t) => {
  const { folder, file, authority, pair, ca } = await pairIn(t);
  file('odd.crt', withUnknownKey(pair));
  const oddCa = file('odd-ca.crt', withUnknownKey({ ...pair, certificatePem: authority.certificatePem }));
  const text = await textOf([folder]);
  t.match(text, /accepted +as client and server: by Go, OpenSSL and gRPC C-core/, 'the usual one is verified');
  t.match(text, /key +unknown/);
  t.match(text, /these fields cannot be read: publicKey/);
  for (const cacert of [oddCa, ca]) {
    await textOf([folder], { cacert });
  }
  t.equal((await runInspect(folder)).status, 0);
});
