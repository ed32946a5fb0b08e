import t from 'tap';
import { Authority, type Issued } from '../../certs-dev/authority.js';
import { issueBad } from '../../certs-dev/bad.js';
import { credentialKey } from '../../checks/check.js';
import { keyUsages } from '../../checks/key-usages.js';
import { verifiesUnderCa } from '../../checks/verifies-under-ca.js';
import type { CredentialFacts } from '../../credentials/facts.js';
import { authority, evidenceOf, factsOf, factsOfCase, instanceOf, names, run } from '../support/evidence.js';

const tikv = instanceOf('tikv');
const good = await authority.issue(names);

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
  const expired =
    /TiKV \(gRPC C-core\): CERT_HAS_EXPIRED, a certificate of the chain has expired; (TiDB \()?Go\)?: x509: certificate has expired/;
  t.match(await results('expired'), [expired, expired]);
  t.match(await results('otherCa'), [
    /^fail: tls.crt does not verify as client under ca.crt: TiKV \(gRPC C-core\): UNABLE_TO_GET_ISSUER_CERT_LOCALLY, the issuer of the certificate is not in the CA file; /,
    /^fail: .* as server .*TiDB \(Go\): x509: certificate signed by unknown authority/,
  ]);
  t.match(await results('serverAuthOnly'), [
    /^fail: tls.crt does not verify as client .*INVALID_PURPOSE, the certificate is not for use in this role; .*incompatible key usage/,
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
    /^warn: the TiKV status port rejects tls.crt as client under ca.crt \(OpenSSL: UNABLE_TO_GET_ISSUER_CERT, the issuer of a CA in the chain is not in the CA file\)/,
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
