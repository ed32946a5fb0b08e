import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { readStream } from '../../../agent/inspect/inputs.js';
import { Authority } from '../../../certs-dev/authority.js';
import { devCluster } from '../../support/dev-cluster.js';
import { documentOf, openssl, pairIn, quotes, runInspect, textOf } from '../../support/inspecting.js';
import { startAgent } from '../../support/run-agent.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

for (const algorithm of ['ec', 'rsa'] as const) {
  t.test(`PKCS#12 of openssl, ${algorithm}: new and old ciphers, with and without a password`, openssl, async (t) => {
    const { folder, ca, cert, key, file, pair } = await pairIn(t, algorithm);
    const password = 'geheim mit Leerzeichen';
    const store = (name: string, ...more: readonly string[]) => {
      const path = join(folder, name);
      execFileSync('openssl', ['pkcs12', '-export', '-out', path, ...more], { stdio: 'pipe' });
      return path;
    };
    const whole = ['-inkey', key, '-in', cert, '-certfile', ca, '-passout', `pass:${password}`];
    const [same] = (await documentOf([cert, key, ca])).certificates;
    for (const path of [store('new.p12', ...whole), store('old.p12', '-legacy', ...whole)]) {
      const found = await documentOf([path], { password });
      const leaf = found.certificates.find(({ authority }) => !authority);
      t.match(leaf, {
        fingerprint: same?.fingerprint,
        keys: [path],
        sources: [path],
        accepted: [
          { role: 'client', go: true, openssl: true, grpcCore: true },
          { role: 'server', go: true, openssl: true, grpcCore: true },
        ],
      });
      t.equal(found.certificates.length, 2);
      t.match(await documentOf([path], { password: 'wrong' }), {
        certificates: [],
        unread: [{ message: 'the password is wrong', remediation: /--password-file/ }],
      });
      t.match(await documentOf([path]), { unread: [{ message: 'needs a password', remediation: /--password-file/ }] });
    }
    const passwordFile = file('password', `${password}\nand a second line\n`);
    const text = await runInspect(join(folder, 'new.p12'), '--password-file', passwordFile);
    t.match(text, { status: 0, stdout: /its private key is in .*new\.p12/ });
    t.notMatch(text.stdout + text.stderr, quotes(pair.keyPem));
    const trust = store('trust.p12', '-nokeys', '-in', ca, '-passout', 'pass:');
    t.match(await documentOf([trust]), { certificates: [{ subject: 'CN=Cluster CA', keys: [] }] });
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
  t.match(await documentOf([der, keyDer]), { certificates: [{ sources: [der], keys: [keyDer] }], unmatchedKeys: [] });
  const wordy = to('wordy.pem', 'x509', '-in', cert, '-text');
  t.ok(readFileSync(wordy, 'utf8').startsWith('Certificate:'));
  const both = file('both.pem', `Bag Attributes\n  friendlyName: x\n${pair.keyPem}\nsubject=…\n${pair.certificatePem}`);
  t.match(await documentOf([wordy, both]), { certificates: [{ sources: [wordy, both], keys: [both] }] });
  const locked = to('locked.pem', 'pkcs8', '-topk8', '-in', key, '-passout', 'pass:x');
  t.match(await textOf([cert, locked]), /! .*locked\.pem {2}its key is encrypted\n.*--password-file/);
  t.match(await documentOf([cert, locked, ca], { password: 'x' }), {
    certificates: [{ keys: [locked] }, {}],
    unread: [],
  });
});

t.test(
  'a port: its chain, whether it requests a client certificate, and verification; without any option',
  async (t) => {
    const cluster = await devCluster(t);
    const { ca, cert, key } = cluster.files('agent');
    const address = `127.0.0.1:${cluster.port('pd', 'client')}`;
    const alone = await runInspect(address);
    t.equal(alone.status, 0);
    t.match(alone.stdout, /CN=PD-Server[\s\S]*TLSv1\.3 .*; requests a client certificate of CN=/);
    t.notMatch(alone.stdout, /private key/, 'a port shows none');
    t.match(alone.stdout, /not verified: name the CA with --cacert/);
    const evaluated = await runInspect(address, '--json', '--cacert', ca, '--cert', cert, '--key', key);
    t.match(JSON.parse(evaluated.stdout).ports, [
      { address, requestsCertificate: true, namesHost: true, accepted: { go: true, openssl: true } },
    ]);
    const agent = cluster.files('pd');
    const beside = await textOf([address, agent.cert, agent.key, agent.ca]);
    t.match(beside, new RegExp(`found in {3}${agent.cert}, ${address}`), 'the one on disk is the one served');
    const foreignCa = join(temporaryDirectory(t), 'foreign.crt');
    writeFileSync(foreignCa, (await Authority.create({ commonName: 'foreign' })).certificatePem);
    t.match(await textOf([address], { cacert: foreignCa }), /as server: by NONE of/);
    await cluster.fault('pd', 'client', 'down', true);
    t.match(await runInspect(address), { status: 2, stderr: /unreachable: connection refused .*\n.*check address/ });
  },
);

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

t.test('garbage, a FIFO, a huge file, a folder in a circle: one clear line, and no hang', openssl, async (t) => {
  const { folder, file, cert } = await pairIn(t);
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['garbage', file('garbage', Buffer.from([0x30, 0x82, 1, 2, 3])), /is neither certificate, key nor PKCS#12/],
    ['text', file('text', 'hello\n'), /^$/],
    ['empty', file('empty', ''), /is empty/],
    ['truncated', file('truncated', readFileSync(cert, 'utf8').slice(0, 200)), /cut short/],
    ['broken', file('broken', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), /does not parse/],
    ['huge', file('huge', Buffer.alloc(2 << 20)), /is 2097152 bytes long/],
    ['a FIFO', fifo, /is not a regular file\n.*standard input, as -/],
  ];
  for (const [what, path, expected] of cases) {
    const { certificates, unread } = await documentOf([path]);
    t.strictSame(certificates, [], what);
    t.match(unread.map(({ message, remediation }) => `${message}\n${remediation}`).join(), expected, what);
  }
  t.match(await runInspect(join(folder, 'absent')), {
    status: 2,
    stdout: '',
    stderr: /absent: does not exist\n.*host:port/,
  });
  t.match(await runInspect(join(folder, 'text')), { status: 2, stderr: /text: holds neither certificate nor key\n/ });
  t.match(await runInspect(cert, join(folder, 'absent')), {
    status: 1,
    stdout: /CN=TiKV-Server[\s\S]*absent {2}does not exist/,
  });
  const circle = join(temporaryDirectory(t), 'circle');
  mkdirSync(join(circle, 'below'), { recursive: true });
  symlinkSync(circle, join(circle, 'below/again'));
  symlinkSync('self', join(circle, 'self'));
  writeFileSync(join(circle, 'below/a.crt'), readFileSync(cert));
  t.match(await documentOf([circle]), { certificates: [{ sources: [join(circle, 'below/a.crt')] }], unread: [] });
  t.match(
    await documentOf([join(circle, 'self')]),
    { certificates: [], unread: [{ message: /ELOOP/ }] },
    'named itself',
  );
});

t.test('Ctrl-C ends the wait for standard input', async (t) => {
  const stop = new AbortController();
  const waiting = readStream(new PassThrough(), undefined, stop.signal);
  stop.abort();
  await t.rejects(waiting, { code: 'interrupted', hint: 'end it with Ctrl-D' });
});
