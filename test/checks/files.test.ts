import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import type { IssueOptions } from '../../certs-dev/authority.js';
import { issueBad } from '../../certs-dev/bad.js';
import { certificateReadable } from '../../checks/certificate-readable.js';
import { keyFileMode } from '../../checks/key-file-mode.js';
import { keyMatchesCertificate } from '../../checks/key-matches-certificate.js';
import { namesCoverAddresses } from '../../checks/names-cover-addresses.js';
import { namesCoverSource } from '../../checks/names-cover-source.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { fixedTime, pathOf } from '../credentials/verifiers/cases.js';
import { authority, evidenceOf, factsOf, instanceOf, names, origin, run } from '../support/evidence.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const tikv = instanceOf('tikv');
const good = await authority.issue(names);

t.test('certificate-readable: one line per unusable file, and the other files are still checked', async (t) => {
  const facts = await factsOf(t, good);
  t.strictSame(run(certificateReadable, evidenceOf({ instances: [tikv], facts: [facts] })), [
    'pass: all credential files can be read',
  ]);
  const { ca = '', cert = '', key = '' } = facts.paths;
  const spoil: readonly (readonly [string, () => void, RegExp])[] = [
    ['missing', () => rmSync(ca), /ca\.crt.*no such file|ca\.crt.*does not exist/],
    ['empty', () => writeFileSync(ca, ''), /ca\.crt.*(empty|no certificate)/],
    ['truncated', () => writeFileSync(cert, good.certificatePem.slice(0, 300)), /tls\.crt/],
    ['a key where the certificate should be', () => writeFileSync(cert, good.keyPem), /tls\.crt/],
    [
      'encrypted',
      () => writeFileSync(key, '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n'),
      /tls\.key.*encrypted/,
    ],
    ['DER', () => writeFileSync(cert, Buffer.from([0x30, 0x82, 1, 2, 3])), /tls\.crt.*(DER|PEM)/],
  ];
  for (const [what, act, expected] of spoil) {
    writeFileSync(ca, authority.certificatePem);
    writeFileSync(cert, good.certificatePem);
    writeFileSync(key, good.keyPem);
    act();
    const findings = certificateReadable.run(
      evidenceOf({ instances: [tikv], facts: [await gatherCredentialFacts(facts.paths, new Date())] }),
    );
    t.equal(findings.length, 1, what);
    t.match(findings[0], { status: 'fail', message: expected, remediation: /./ }, what);
    t.notMatch(JSON.stringify(findings), /PRIVATE KEY|\\n/, `${what}: one line, no key`);
  }
});

t.test('key-matches-certificate', async (t) => {
  const bad = await issueBad(authority, 'mismatchedKey', names);
  const evidence = async (pair: typeof good) => evidenceOf({ instances: [tikv], facts: [await factsOf(t, pair)] });
  t.strictSame(run(keyMatchesCertificate, await evidence(bad)), ['fail: tls.key does not match tls.crt']);
  t.strictSame(run(keyMatchesCertificate, await evidence(good)), ['pass: tls.key matches tls.crt']);
  t.strictSame(
    run(keyMatchesCertificate, await evidence({ ...good, keyPem: '' })),
    [],
    'another check reports an unreadable key',
  );
});

t.test('key-file-mode: a key in a certificate file counts, and one in a CA file is a finding of its own', async (t) => {
  const of = async (name: string) => {
    const folder = temporaryDirectory(t);
    const at = (file: string) => join(folder, file);
    cpSync(dirname(pathOf(name, 'x.crt')), folder, { recursive: true });
    chmodSync(at('x.crt'), 0o644);
    chmodSync(at('x.key'), 0o600);
    const facts = await gatherCredentialFacts({ ca: at('ca.crt'), cert: at('x.crt'), key: at('x.key') }, fixedTime);
    return run(keyFileMode, evidenceOf({ instances: [tikv], facts: [facts] }));
  };
  t.strictSame(await of('base'), ['pass: no key file is world-readable']);
  t.strictSame(await of('a10'), ['warn: 1 key file is world-readable on this host']);
  t.strictSame(await of('a13'), [
    'pass: no key file is world-readable',
    'warn: ca.crt is a CA file and holds a private key',
  ]);
});

t.test('names-cover-addresses: by SAN, never by Common Name', async (t) => {
  const advertised = (...hosts: readonly string[]) =>
    instanceOf('tikv', { advertisedHosts: hosts.map((value) => ({ value, origin })) });
  const facts = await factsOf(t, await authority.issue({ commonName: 'db-1', dns: ['*.svc.local'], ip: ['10.0.0.1'] }));
  const of = (...hosts: readonly string[]) =>
    run(namesCoverAddresses, evidenceOf({ instances: [advertised(...hosts)], facts: [facts] }));
  t.strictSame(of('a.svc.local', '10.0.0.1'), [
    'pass: the certificate covers a.svc.local',
    'pass: the certificate covers 10.0.0.1',
  ]);
  t.match(of('db-1'), [
    /^fail: the certificate does not cover db-1, which .*:3:7 advertises; its SANs are \*\.svc\.local, 10\.0\.0\.1$/,
  ]);
  t.match(of('a.b.svc.local'), [/^fail/], 'a wildcard matches one label');
  t.match(of('10.0.0.2'), [/^fail/]);
  t.match(of('a.svc.local.', '10.0.0.1.'), [/^pass/, /^fail/], 'one trailing dot of a name is dropped');
  const asDns = await factsOf(t, await authority.issue({ commonName: 'x', dns: ['tikv-0', '10.0.0.1', 'pd*.x'] }));
  t.match(run(namesCoverAddresses, evidenceOf({ instances: [advertised('10.0.0.1', 'pd1.x')], facts: [asDns] })), [
    /^fail: .*; its SANs are tikv-0, 10\.0\.0\.1 \(as a DNS name\), pd\*\.x$/,
    /^fail/,
  ]);
  const short = await factsOf(t, await authority.issue({ commonName: 'x', dns: ['*.lan'] }));
  t.match(run(namesCoverAddresses, evidenceOf({ instances: [advertised('pd0.lan')], facts: [short] })), [
    /^fail: the certificate covers pd0\.lan for callers that are Go alone, .* after a wildcard; .* its SANs are \*\.lan$/,
  ]);
  const none = await factsOf(t, await issueBad(authority, 'noSan', names));
  t.match(run(namesCoverAddresses, evidenceOf({ instances: [advertised('localhost')], facts: [none] })), [
    /its SANs are empty$/,
  ]);
});

t.test('names-cover-source: the addresses that a PD calls the peer port of another from', async (t) => {
  const of = async (san: Partial<IssueOptions>, host: string, component: 'pd' | 'tikv' = 'pd', others = 1) => {
    const facts = await factsOf(t, await authority.issue({ commonName: 'pd', ...san }));
    const caller = instanceOf(component, { advertisedHosts: [{ value: host, origin }] });
    const other = instanceOf('pd', { name: 'other' });
    return run(namesCoverSource, evidenceOf({ instances: [caller, other].slice(0, 1 + others), facts: [facts] }));
  };
  const pass = ['pass: the PD peer port accepts its certificate from 10.0.0.1'];
  t.strictSame(await of({ ip: ['10.0.0.1'] }, '10.0.0.1'), pass);
  t.strictSame(await of({}, '10.0.0.1'), pass, 'without names');
  t.strictSame(await of({ ip: ['10.9.9.9'] }, '10.0.0.1'), [
    'fail: the PD peer port compares the address that a caller comes from, 10.0.0.1, with the certificate, which is for 10.9.9.9',
  ]);
  t.strictSame(await of({ dns: ['pd-0'] }, '10.0.0.1'), [], 'a name that may resolve to the address');
  t.strictSame(await of({ ip: ['10.9.9.9'] }, 'pd-0'), [], 'an address that is not known');
  t.strictSame(await of({ ip: ['10.9.9.9'] }, '10.0.0.1', 'tikv'), [], 'TiKV does not call it');
  t.strictSame(await of({ ip: ['10.9.9.9'] }, '10.0.0.1', 'pd', 0), [], 'a single PD');
});

t.test('key-file-mode: one warning for the host', async (t) => {
  const open = await factsOf(t, good, { mode: 0o644 });
  const closed = await factsOf(t, good, { mode: 0o640 });
  const pd = instanceOf('pd');
  const of = (...facts: readonly (typeof open)[]) => run(keyFileMode, evidenceOf({ instances: [tikv, pd], facts }));
  const other = await factsOf(t, good, { mode: 0o644 });
  t.strictSame(of(open, other), ['warn: 2 key files are world-readable on this host']);
  t.strictSame(of(open, open), ['warn: 1 key file is world-readable on this host'], 'one pair shared by two');
  t.strictSame(of(open, closed), ['warn: 1 key file is world-readable on this host']);
  t.strictSame(of(closed, closed), ['pass: no key file is world-readable']);
});
