import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { issueBad } from '../../certs-dev/bad.js';
import { callerInAllowList } from '../../checks/caller-in-allow-list.js';
import { certificateReadable } from '../../checks/certificate-readable.js';
import { credentialKey } from '../../checks/check.js';
import { configuration } from '../../checks/configuration.js';
import { keyFileMode } from '../../checks/key-file-mode.js';
import { keyMatchesCertificate } from '../../checks/key-matches-certificate.js';
import { keyUsages } from '../../checks/key-usages.js';
import { namesCoverAddresses } from '../../checks/names-cover-addresses.js';
import { ownNameInList } from '../../checks/own-name-in-list.js';
import { tlsConfigured } from '../../checks/tls-configured.js';
import { verifiesUnderCa } from '../../checks/verifies-under-ca.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { gatherCredentialFacts } from '../../credentials/gather.js';
import { fixedTime, pathOf } from '../credentials/verifiers/cases.js';
import { authority, evidenceOf, factsOf, factsOfCase, instanceOf, names, origin, run } from '../support/evidence.js';
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

t.test('verifies-under-ca: per role, in the words of who rejects it', async (t) => {
  const of = async (pair: typeof good, ca = authority.certificatePem, list?: readonly string[]) => {
    const facts = await factsOf(t, pair, { ca, component: 'tikv' });
    const instances = [instanceOf('tikv', list === undefined ? {} : { list }), instanceOf('tidb')];
    return run(verifiesUnderCa, evidenceOf({ instances, facts: [facts] }));
  };
  const results = async (kind: Parameters<typeof issueBad>[1], ca?: string) =>
    of(await issueBad(authority, kind, names), ca);
  const pass = ['pass: tls.crt verifies as client', 'pass: tls.crt verifies as server'];
  t.strictSame(await results('noUsage'), pass);
  t.strictSame(await results('intermediateChain'), pass);
  const expired = /TiKV \(gRPC C-core\): CERT_HAS_EXPIRED; (TiDB \()?Go\)?: x509: certificate has expired/;
  t.match(await results('expired'), [expired, expired]);
  t.match(await results('otherCa'), [
    /^fail: tls.crt does not verify as client under ca.crt: TiKV \(gRPC C-core\): UNABLE_TO_GET_ISSUER_CERT_LOCALLY; /,
    /^fail: .* as server .*TiDB \(Go\): x509: certificate signed by unknown authority/,
  ]);
  t.match(await results('serverAuthOnly'), [
    /^fail: tls.crt does not verify as client .*INVALID_PURPOSE; .*incompatible key usage/,
    pass[1],
  ]);
  t.match(await results('clientAuthOnly'), [pass[0], /^fail: tls.crt does not verify as server .*INVALID_PURPOSE/]);
  const bundle = `${(await Authority.create({ commonName: 'Next CA' })).certificatePem}${authority.certificatePem}`;
  t.strictSame(await results('noUsage', bundle), pass, 'old and new CA in one bundle');

  const intermediate = await authority.intermediate('Issuing CA');
  const issued = await intermediate.issue(names);
  t.strictSame(await of(issued, intermediate.certificatePem), pass, 'the CA file holds an intermediate alone');
  t.match(await of(issued, intermediate.certificatePem, ['tidb']), [
    ...pass,
    /^warn: the TiKV status port rejects tls.crt as client under ca.crt \(OpenSSL: UNABLE_TO_GET_ISSUER_CERT\)/,
  ]);
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

t.test('verifies-under-ca: what TiKV accepts and Go does not', async (t) => {
  const facts = await factsOfCase('c1', 'tikv');
  const instances = [tikv, instanceOf('tidb'), instanceOf('pd')];
  t.match(run(verifiesUnderCa, evidenceOf({ instances, facts: [facts] })), [
    /^fail: x.crt does not verify as client under ca.crt: PD \(Go\): x509: negative serial number \(TiKV \(gRPC C-core\) accepts it\)$/,
    /^fail: x.crt does not verify as server under ca.crt: TiDB, PD \(Go\): x509: negative serial number \(TiKV \(gRPC C-core\) accepts it\)$/,
  ]);
  const old = instanceOf('tikv', { version: 'v7.5.1' });
  const then = await factsOfCase('c1', 'tikv', 'v7.5.1');
  t.match(
    run(verifiesUnderCa, evidenceOf({ instances: [old], facts: [then] })),
    [/^pass/, /^pass/],
    'Go 1.21 takes it',
  );
});

t.test('verifies-under-ca: an expired certificate is renewed, not given another issuer', async (t) => {
  const of = async (pair: Issued, ca?: string) => {
    const facts = await factsOf(t, pair, ca === undefined ? {} : { ca });
    return verifiesUnderCa
      .run(evidenceOf({ instances: [instanceOf('pd')], facts: [facts] }))
      .filter(({ status }) => status === 'fail')
      .map(({ remediation }) => remediation);
  };
  const expired = await of(await issueBad(authority, 'expired', names));
  t.strictSame([...new Set(expired)], ['it has expired: renew it']);
  const [early] = await of(await issueBad(authority, 'notYetValid', names));
  t.match(early, /^it is not valid before .*: correct the clock, or issue it again$/);
  const other = await Authority.create({ commonName: 'Another CA' });
  const [foreign] = await of(await authority.issue(names), other.certificatePem);
  t.equal(foreign, 'issue the certificate again from this CA, or add its issuer to the CA file');
});

t.test('key-usages: both for a component, client for the agent; no extension is valid for both', async (t) => {
  const usages = async (kind: Parameters<typeof issueBad>[1]) => {
    const facts = await factsOf(t, await issueBad(authority, kind, names));
    return run(keyUsages, evidenceOf({ instances: [tikv], facts: [facts], agent: facts }));
  };
  t.strictSame(await usages('clientAuthOnly'), [
    'fail: tls.crt lacks the extended key usage serverAuth',
    'pass: tls.crt has the key usages that it needs',
  ]);
  t.strictSame(await usages('serverAuthOnly'), [
    'fail: tls.crt lacks the extended key usage clientAuth',
    'fail: tls.crt lacks the extended key usage clientAuth',
  ]);
  t.match(await usages('noUsage'), [/^pass/, /^pass/]);
});

t.test(
  'a certificate needs the usages of its roles: the agent is a client, TiProxy has one certificate per role',
  async (t) => {
    const client = await factsOf(t, await issueBad(authority, 'clientAuthOnly', names));
    const server = await factsOf(t, await issueBad(authority, 'serverAuthOnly', names));
    const tiproxy = instanceOf('tiproxy');
    const two = { ...tiproxy, security: { ...tiproxy.security, callsWith: tiproxy.security } };
    const of = (served: CredentialFacts, called: CredentialFacts, agent: CredentialFacts) => {
      const calling = new Map([[credentialKey(two), called]]);
      const evidence = evidenceOf({ instances: [two], facts: [served], calling, agent });
      return [...run(keyUsages, evidence), ...run(verifiesUnderCa, evidence)];
    };
    const usages = 'pass: tls.crt has the key usages that it needs';
    const [asClient, asServer] = ['client', 'server'].map((role) => `pass: tls.crt verifies as ${role}`);
    t.strictSame(of(server, client, client), [usages, usages, usages, asServer, asClient, asClient]);
    t.match(of(client, server, server), [
      'fail: tls.crt lacks the extended key usage serverAuth',
      'fail: tls.crt lacks the extended key usage clientAuth',
      'fail: tls.crt lacks the extended key usage clientAuth',
      /^fail: tls.crt does not verify as server/,
      /^fail: tls.crt does not verify as client/,
      /^fail: tls.crt does not verify as client/,
    ]);
  },
);

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
  const none = await factsOf(t, await issueBad(authority, 'noSan', names));
  t.match(run(namesCoverAddresses, evidenceOf({ instances: [advertised('localhost')], facts: [none] })), [
    /its SANs are empty$/,
  ]);
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

t.test('own-name-in-list: PD, and the last Common Name counts', async (t) => {
  const facts = await factsOf(t, await authority.issue({ ...names, commonName: ['other', 'pd'] }));
  const of = (component: 'pd' | 'tikv', list?: readonly string[]) =>
    run(
      ownNameInList,
      evidenceOf({ instances: [instanceOf(component, list === undefined ? {} : { list })], facts: [facts] }),
    );
  t.strictSame(of('pd', ['tidb']), ['fail: its allow-list lacks its Common Name pd: it will exit at its next start']);
  t.strictSame(of('pd', ['tidb', 'other']), [
    'fail: its allow-list lacks its Common Name pd: it will exit at its next start',
  ]);
  t.strictSame(of('pd', ['tidb', 'pd']), ['pass: its allow-list contains its Common Name, pd']);
  t.strictSame(of('pd'), [], 'no allow-list');
  t.strictSame(of('tikv', ['tidb']), [], 'TiKV does not dial itself');
});

t.test(
  'the fix for a certificate without a Common Name is never an empty entry, which would accept every such certificate',
  async (t) => {
    const nameless = await factsOf(t, await authority.issue({ ...names, commonName: undefined }));
    const pd = instanceOf('pd', { list: ['tidb', 'pd'] });
    const remediation = /^issue the certificate with a Common Name of the allow-list at \/conf\/c\.toml:3:7$/;
    t.match(ownNameInList.run(evidenceOf({ instances: [pd], facts: [nameless] })), [{ status: 'fail', remediation }]);
    const caller = instanceOf('tidb', { name: 'caller' });
    const lists = callerInAllowList.run(evidenceOf({ instances: [pd, caller], facts: [undefined, nameless] }));
    t.match(lists, [
      {
        status: 'fail',
        remediation,
        message: 'tidb, which calls this port, presents no Common Name, and the allow-list requires one',
      },
    ]);
    const twice = await factsOf(t, await authority.issue({ ...names, commonName: ['first', 'last'] }));
    const counted = (component: 'pd' | 'tikv') => {
      const callee = instanceOf(component, { list: ['x', 'y'] });
      const evidence = evidenceOf({ instances: [callee, caller], facts: [undefined, twice] });
      return callerInAllowList.run(evidence).map(({ remediation }) => remediation.split(' to the allow-list')[0]);
    };
    t.ok(
      counted('pd').every((remediation) => remediation === 'add "last"'),
      'the one that PD compares',
    );
    t.ok(
      counted('tikv').every((remediation) => remediation === 'add "first"'),
      'the one that TiKV compares',
    );
  },
);

t.test('tls-configured: all three paths, and https', async (t) => {
  const { security } = tikv;
  const of = (more: Parameters<typeof instanceOf>[1]) =>
    run(tlsConfigured, evidenceOf({ instances: [instanceOf('tikv', more)] }));
  t.strictSame(of({}), ['pass: all three TLS paths are set']);
  t.strictSame(of({ security: { ...security, key: undefined } }), ['fail: only 2 of the three TLS paths are set']);
  t.strictSame(of({ security: { ...security, ca: undefined, cert: undefined, key: undefined } }), [
    'warn: no TLS is configured: its ports serve plaintext',
  ]);
  const [grpc] = tikv.endpoints;
  t.strictSame(of({ endpoints: grpc === undefined ? [] : [{ ...grpc, scheme: 'http' }] }), [
    'fail: serves plaintext: its URL is http, although the TLS paths are set',
  ]);
  t.strictSame(
    of({ local: false, security: { ...security, key: undefined } }),
    [],
    'files of another host are ignored',
  );
});

t.test('configuration: each problem of a file, with its position', async (t) => {
  const problem = {
    code: 'wrong-type',
    severity: 'fail',
    origin,
    message: 'x must be y',
    remediation: 'write y',
  } as const;
  t.strictSame(
    configuration
      .run(evidenceOf({ problems: [problem] }))
      .map(({ status, message, remediation }) => [status, message, remediation]),
    [['fail', '/conf/c.toml:3:7: x must be y', 'write y']],
  );
});
