import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Authority } from '../../../certs-dev/authority.js';
import { startDevCluster } from '../../../devcluster/dev-cluster.js';
import { needs } from '../../support/peers.js';
import { agentMain, type Ended, runAgent, startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const openssl = needs('/usr/bin/openssl', 'openssl');
const day = 86_400_000;

/** A CA and a pair of it, as files of a folder. */
async function pairIn(t: Test, algorithm: 'ec' | 'rsa' = 'ec') {
  const folder = temporaryDirectory(t);
  const authority = await Authority.create({ commonName: 'Cluster CA', algorithm });
  const pair = await authority.issue({
    commonName: 'TiKV-Server',
    dns: ['db.example.com'],
    ip: ['10.0.1.2'],
    algorithm,
  });
  const file = (name: string, text: string | Buffer) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const ca = file('ca.crt', authority.certificatePem);
  const cert = file('tikv.crt', pair.certificatePem);
  const key = file('tikv.pem', pair.keyPem);
  return { folder, file, authority, pair, ca, cert, key };
}

function inspect(...args: readonly string[]): Promise<Ended> {
  return runAgent('certs', 'inspect', ...args);
}

async function documentOf(...args: readonly string[]) {
  const { status, stdout, stderr } = await inspect('--json', ...args);
  if (stdout === '') {
    throw new Error(`${status}: ${stderr}`);
  }
  return JSON.parse(stdout);
}

/** Base64 of a key as it would be found in anything printed. */
function quotes(pem: string): string {
  return pem.split('\n')[1] ?? '';
}

t.test('a folder: a tree of who signed what, with names, usages, validity, keys and who accepts it', async (t) => {
  const { folder, ca, cert, key, file, pair } = await pairIn(t);
  file('notes.txt', 'no certificate here\n');
  const { status, stdout, stderr } = await inspect(folder);
  t.match({ status, stderr }, { status: 0, stderr: '' });
  t.match(stdout, new RegExp(`^CN=Cluster CA {2}authority\n│ {3}found in {3}${ca}\n`));
  const leaf = stdout.slice(stdout.indexOf('└── CN=TiKV-Server'));
  for (const line of [
    `found in   ${cert}`,
    'names      db.example.com, 10.0.1.2',
    'usages     serverAuth, clientAuth',
    /validity {3}ends in \d+ days, \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
    `its private key is in ${key}`,
    'signed by  CN=Cluster CA',
    'accepted   as client and server: by Go, OpenSSL and gRPC C-core',
    'judged under CN=Cluster CA',
    /sha-256 {4}[0-9a-f]{64}\n/,
  ]) {
    t.match(leaf, line);
  }
  t.notMatch(stdout, quotes(pair.keyPem));
  t.notMatch(stdout, /notes\.txt/, 'passed over');
});

t.test('the fingerprint, serial and ends are those of openssl', openssl, async (t) => {
  const { cert } = await pairIn(t);
  const [found] = (await documentOf(cert)).certificates;
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
  t.equal(found.fingerprint, fingerprint.replaceAll(':', '').toLowerCase());
  t.equal(BigInt(`0x${found.serialNumber}`), BigInt(`0x${serial}`));
  t.equal(new Date(found.notAfter).getTime(), new Date(end).getTime());
});

for (const algorithm of ['ec', 'rsa'] as const) {
  t.test(`PKCS#12 of openssl, ${algorithm}: new and old ciphers, with and without a password`, openssl, async (t) => {
    const { folder, ca, cert, key, file, pair } = await pairIn(t, algorithm);
    const password = file('password', 'geheim mit Leerzeichen\nand a second line\n');
    const store = (name: string, ...more: readonly string[]) => {
      const path = join(folder, name);
      execFileSync('openssl', ['pkcs12', '-export', '-out', path, ...more], { stdio: 'pipe' });
      return path;
    };
    const whole = ['-inkey', key, '-in', cert, '-certfile', ca, '-passout', 'pass:geheim mit Leerzeichen'];
    const [plain] = (await documentOf(cert, key, ca)).certificates;
    for (const path of [store('new.p12', ...whole), store('old.p12', '-legacy', ...whole)]) {
      const found = await documentOf(path, '--password-file', password);
      const leaf = found.certificates.find(({ authority }: { authority: boolean }) => !authority);
      t.match(leaf, {
        fingerprint: plain.fingerprint,
        keys: [path],
        places: [path],
        accepted: [
          { role: 'client', go: true, openssl: true, grpcCore: true },
          { role: 'server', go: true, openssl: true, grpcCore: true },
        ],
      });
      t.equal(found.certificates.length, 2);
      const wrong = await inspect(path);
      t.match(wrong, { status: 2, stdout: '', stderr: /the password does not open it\n.*--password-file/ });
      const text = await inspect(path, '--password-file', password);
      t.notMatch(text.stdout + text.stderr, quotes(pair.keyPem));
    }
    const trust = store('trust.p12', '-nokeys', '-in', ca, '-passout', 'pass:');
    t.match(await documentOf(trust), { certificates: [{ subject: 'CN=Cluster CA', keys: [] }] });
  });
}

t.test('DER, PEM with text around it, an encrypted key, a pair in one file', openssl, async (t) => {
  const { folder, ca, cert, key, file, pair } = await pairIn(t);
  const to = (name: string, ...args: readonly string[]) => {
    execFileSync('openssl', [...args, '-out', join(folder, name)], { stdio: 'pipe' });
    return join(folder, name);
  };
  const der = to('cert.der', 'x509', '-in', cert, '-outform', 'DER');
  const keyDer = to('key.der', 'pkcs8', '-topk8', '-nocrypt', '-in', key, '-outform', 'DER');
  t.match(await documentOf(der, keyDer), { certificates: [{ places: [der], keys: [keyDer] }], strayKeys: [] });
  const wordy = to('wordy.pem', 'x509', '-in', cert, '-text');
  t.ok(readFileSync(wordy, 'utf8').startsWith('Certificate:'));
  const both = file('both.pem', `Bag Attributes\n  friendlyName: x\n${pair.keyPem}\nsubject=…\n${pair.certificatePem}`);
  t.match(await documentOf(wordy, both), { certificates: [{ places: [wordy, both], keys: [both] }] });
  const locked = to('locked.pem', 'pkcs8', '-topk8', '-in', key, '-passout', 'pass:x');
  const refused = await inspect(cert, locked);
  t.match(refused, { status: 1, stdout: /! .*locked\.pem {2}its key is encrypted\n.*--password-file/ });
  const password = file('password', 'x');
  t.match(await documentOf(cert, locked, ca, '--password-file', password), { unread: [] });
});

t.test('what belongs to nothing, ends early, is not first, or has ended, is said', async (t) => {
  const { authority, file, cert, key, ca, pair } = await pairIn(t);
  const other = await authority.issue({ commonName: 'other' });
  const stray = file('stray.pem', other.keyPem);
  t.match(await inspect(cert, stray), { status: 0, stdout: new RegExp(`${stray} {2}key \\(ec prime256v1\\) of none`) });
  const old = await authority.issue({
    commonName: 'old',
    notBefore: new Date(Date.now() - 9 * day),
    notAfter: new Date(Date.now() - 3 * day),
  });
  const ended = await inspect(file('old.crt', old.certificatePem), file('old.pem', old.keyPem), ca);
  t.match(ended.stdout, /validity {3}ENDED 3 days ago/);
  t.match(ended.stdout, /accepted {3}as client and server: by NOBODY \(CERT_HAS_EXPIRED\)/);
  const swapped = await inspect(file('swapped.crt', authority.certificatePem + pair.certificatePem), key);
  t.match(swapped.stdout, /! {10}is not the first one in .*swapped\.crt/);
  const young = await authority.issue({
    commonName: 'young',
    notBefore: new Date(Date.now() + 5 * day),
    notAfter: new Date(Date.now() + 9 * day),
  });
  t.match((await inspect(file('young.crt', young.certificatePem))).stdout, /NOT YET valid: begins in 4 days/);
});

t.test('a chain to an intermediate alone is good for Go and gRPC C-core, not for OpenSSL', openssl, async (t) => {
  const folder = temporaryDirectory(t);
  const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'root.pem', '-out', 'root.crt', '-subj', '/CN=Root', '-days', '9');
  writeFileSync(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:TRUE\n');
  run('req', ...key, '-keyout', 'int.pem', '-out', 'int.csr', '-subj', '/CN=Intermediate');
  run(
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
  run('req', ...key, '-keyout', 'leaf.pem', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  run('x509', '-req', '-in', 'leaf.csr', '-CA', 'int.crt', '-CAkey', 'int.pem', '-out', 'leaf.crt', '-days', '7');
  const at = (...names: readonly string[]) => names.map((name) => join(folder, name));
  const partial = await inspect(...at('int.crt', 'leaf.crt', 'leaf.pem'));
  t.match(partial.stdout, /by Go and gRPC C-core; not by OpenSSL, which wants the root/);
  t.throws(() => run('verify', '-CAfile', 'int.crt', 'leaf.crt'), 'as openssl says');
  run('verify', '-partial_chain', '-CAfile', 'int.crt', 'leaf.crt');
  const short = await inspect(...at('root.crt', 'int.crt', 'leaf.crt', 'leaf.pem'));
  t.match(
    short.stdout,
    /by NOBODY \(UNABLE_TO_GET_ISSUER_CERT_LOCALLY\)[\s\S]*put CN=Intermediate below it in .*leaf\.crt/,
  );
  t.match(short.stdout, /^CN=Root[\s\S]*^└── CN=Intermediate[\s\S]*^ {4}└── CN=leaf/m);
  writeFileSync(
    join(folder, 'chain.crt'),
    readFileSync(join(folder, 'leaf.crt'), 'utf8') + readFileSync(join(folder, 'int.crt'), 'utf8'),
  );
  t.match((await inspect(...at('root.crt', 'chain.crt', 'leaf.pem'))).stdout, /by Go, OpenSSL and gRPC C-core/);
});

t.test('a certificate cannot speak to the terminal', openssl, async (t) => {
  const folder = temporaryDirectory(t);
  const subject = '/CN=ev\u202eil\u009b31m';
  const run = [
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
  execFileSync('openssl', run, { cwd: folder, stdio: 'pipe' });
  const { stdout } = await inspect(join(folder, 'c.crt'));
  t.match(stdout, 'CN=ev\\u{202e}il\\u{9b}31m');
  t.notMatch(stdout, /[\u202e\u009b]/);
  const json = await inspect('--json', join(folder, 'c.crt'));
  t.notMatch(json.stdout, /[\u202e\u009b]/);
  t.equal(JSON.parse(json.stdout).certificates[0].subject, 'CN=ev\u202eil\u009b31m', 'and is told exactly');
});

t.test('a port: what it serves, whom it asks, whether its chain is good; nothing is needed for that', async (t) => {
  const cluster = await startDevCluster();
  t.teardown(() => cluster.stop());
  const { ca, cert, key } = cluster.files('agent');
  const address = `127.0.0.1:${cluster.port('pd', 'client')}`;
  const alone = await inspect(address);
  t.equal(alone.status, 0);
  t.match(alone.stdout, /CN=PD-Server[\s\S]*TLSv1\.3 .*; asks callers for a certificate of CN=/);
  t.match(alone.stdout, /not judged: name the CA with --cacert/);
  const judged = await documentOf(address, '--cacert', ca, '--cert', cert, '--key', key);
  t.match(judged.ports, [
    { address, asksForCertificate: true, namesHost: true, accepted: { go: true, openssl: true } },
  ]);
  const own = cluster.files('pd');
  const beside = await inspect(address, own.cert, own.key, own.ca);
  t.match(beside.stdout, new RegExp(`found in {3}${own.cert}, ${address}`), 'the one on disk is the one served');
  const stranger = join(temporaryDirectory(t), 'stranger.crt');
  writeFileSync(stranger, (await Authority.create({ commonName: 'stranger' })).certificatePem);
  t.match((await inspect(address, '--cacert', stranger)).stdout, /as server: by NOBODY/);
  await cluster.fault('pd', 'client', 'down', true);
  t.match(await inspect(address), { status: 2, stderr: /no connection: ECONNREFUSED\n.*check address/ });
});

t.test('standard input', async (t) => {
  const { cert, key } = await pairIn(t);
  const agent = startAgent(['certs', 'inspect', '-', key]);
  agent.child.stdin?.end(readFileSync(cert));
  t.match(await agent.ended, { status: 0, stdout: /found in {3}stdin\n[\s\S]*its private key is in .*tikv\.pem/ });
  const nothing = startAgent(['certs', 'inspect', '-']);
  nothing.child.stdin?.end();
  t.match(await nothing.ended, { status: 2, stderr: /stdin: is empty/ });
  const flood = startAgent(['certs', 'inspect', '-']);
  flood.child.stdin?.on('error', () => undefined);
  flood.child.stdin?.write(Buffer.alloc(3 << 20, 65));
  t.match(await flood.ended, { status: 2, stderr: /stdin: is longer than 1048576 bytes/ });
});

t.test('garbage, a FIFO, a huge file, a folder in a circle: one clear line, and no waiting', openssl, async (t) => {
  const { folder, file, cert } = await pairIn(t);
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['garbage', file('garbage', Buffer.from([0x30, 0x82, 1, 2, 3])), /is neither certificate, key nor PKCS#12/],
    ['text', file('text', 'hello\n'), /holds neither certificate nor key/],
    ['empty', file('empty', ''), /is empty/],
    ['torn', file('torn', readFileSync(cert, 'utf8').slice(0, 200)), /cut short/],
    ['broken', file('broken', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), /does not parse/],
    ['huge', file('huge', Buffer.alloc(2 << 20)), /is 2097152 bytes long/],
    ['a FIFO', fifo, /is not a regular file\n.*standard input, as -/],
    ['nothing', join(folder, 'absent'), /does not exist\n.*host:port/],
  ];
  for (const [what, path, expected] of cases) {
    t.match(await inspect(path), { status: 2, stdout: '', stderr: expected }, what);
  }
  t.match(await inspect(cert, join(folder, 'absent')), {
    status: 1,
    stdout: /CN=TiKV-Server[\s\S]*absent {2}does not exist/,
  });
  const circle = join(temporaryDirectory(t), 'circle');
  mkdirSync(join(circle, 'below'), { recursive: true });
  symlinkSync(circle, join(circle, 'below/again'));
  symlinkSync('self', join(circle, 'self'));
  writeFileSync(join(circle, 'below/a.crt'), readFileSync(cert));
  t.match(await documentOf(circle), { certificates: [{ places: [join(circle, 'below/a.crt')] }], unread: [] });
});

t.test('Ctrl-C ends the wait for standard input', async (t) => {
  const child = spawn(process.execPath, [agentMain, 'certs', 'inspect', '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin.write('-----BEGIN ');
  // It has begun to read when the pipe is empty again.
  await new Promise<void>((resolve) => child.stdin.write('CERT', () => resolve()));
  child.kill('SIGINT');
  t.not(await ended, 0);
});
