import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { credentialKey } from '../../checks/check.js';
import { requestsCertificate } from '../../checks/requests-certificate.js';
import { resumptionRejected } from '../../checks/resumption-rejected.js';
import { trustsCaOnDisk } from '../../checks/trusts-ca-on-disk.js';
import type { Instance } from '../../cluster/inventory/inventory.js';
import type { Resumption } from '../../probes/resumption.js';
import type { ServerHandshake } from '../../probes/server-handshake.js';
import { authority, evidenceOf, factsOf, instanceOf, names, now, run, serverHandshakeOf } from '../support/evidence.js';

const good = await authority.issue({ ...names, commonName: 'pd' });

t.test('trusts-ca-on-disk: by the names that a port sends, then by the root of its chain', async (t) => {
  const pd = instanceOf('pd');
  const other = await Authority.create({ commonName: 'Next CA' });
  const facts = await factsOf(t, good);
  const [ca] = facts.ca ?? [];
  const rootOf = async (from: Authority) => (await factsOf(t, good, { ca: from.certificatePem })).ca ?? [];
  const [nextCa] = await rootOf(other);
  const [sameName] = await rootOf(await Authority.create());
  const of = (more: Partial<ServerHandshake>) =>
    run(
      trustsCaOnDisk,
      evidenceOf({ instances: [pd], facts: [facts], serverHandshakes: [serverHandshakeOf(pd, more)] }),
    );
  t.strictSame(of({ authorities: [ca?.subjectDer ?? ''] }), ['pass: it names the CAs of the file on disk']);
  t.strictSame(of({ authorities: [nextCa?.subjectDer ?? ''] }), [
    'fail: the running process does not trust CN=Development CA of the CA file, and trusts 1 CA that is no longer in the CA file',
  ]);
  const advice = (one: typeof facts) =>
    trustsCaOnDisk
      .run(
        evidenceOf({
          instances: [pd],
          facts: [one],
          serverHandshakes: [serverHandshakeOf(pd, { authorities: [nextCa?.subjectDer ?? ''] })],
        }),
      )
      .map(({ remediation }) => remediation);
  t.strictSame(advice(facts), ['restart pd once every peer trusts the new CA']);
  t.strictSame(
    advice({ ...facts, keyMatches: false }),
    ['do not restart pd: restore its CA file, or add the old CA to it; see survives-restart'],
    'no restart of a component that would not start',
  );
  const since = new Date(0);
  const changed = evidenceOf({
    instances: [pd],
    facts: [facts],
    serverHandshakes: [serverHandshakeOf(pd, { authorities: [ca?.subjectDer ?? ''] })],
    baselines: new Map([[credentialKey(pd), { caDigest: 'another', since }]]),
  });
  t.match(
    run(trustsCaOnDisk, changed),
    [/^unknown: .*another CA may have the same name$/],
    'a changed CA with the same name',
  );
  t.strictSame(of({ outcome: 'timeout' }), []);
  t.strictSame(of({}), [], 'a port without names gives no finding');
  const [leaf] = facts.chain ?? [];
  const chain = (root: typeof ca) => [leaf, root].filter((one) => one !== undefined);
  const named = [ca?.subjectDer ?? ''];
  const tikv = instanceOf('tikv');
  const ofTikv = (more: Partial<ServerHandshake>, agent = facts) =>
    run(
      trustsCaOnDisk,
      evidenceOf({
        instances: [tikv],
        facts: [agent],
        serverHandshakes: [serverHandshakeOf(tikv, { authorities: named, ...more }, 'grpc')],
      }),
    );
  t.strictSame(ofTikv({ chain: chain(ca) }), ['pass: its chain ends in the CA on disk']);
  t.match(ofTikv({ chain: chain(sameName) }), [
    /^fail: its chain ends in CN=Development CA \(SHA-256 .*, serial .*\), and the CA file holds another CA of that name: CN=Development CA \(SHA-256 /,
  ]);
  const whole = { ...facts, chain: chain(ca) };
  const byNames = ['pass: it names the CAs of the file on disk'];
  t.strictSame(ofTikv({ chain: chain(sameName) }, whole), byNames, 'the root is of the certificate file');
  t.strictSame(of({ chain: chain(sameName), authorities: named }), byNames, 'and always is, where Go serves');
});

t.test('trusts-ca-on-disk: TiProxy without a list reloads its CA, and names that of its start', async (t) => {
  const facts = await factsOf(t, good);
  const of = (list?: readonly string[], authorities: readonly string[] = ['00']) => {
    const tiproxy = instanceOf('tiproxy', list === undefined ? {} : { list });
    const serverHandshakes = [serverHandshakeOf(tiproxy, { authorities })];
    return run(trustsCaOnDisk, evidenceOf({ instances: [tiproxy], facts: [facts], serverHandshakes }));
  };
  t.strictSame(of(), ['unknown: inconclusive: it names the CAs of its start, and may have loaded others since']);
  t.match(of(['tidb']), [/^fail: the running process does not trust CN=Development CA/]);
  const same = (facts.ca ?? []).map(({ subjectDer }) => subjectDer);
  t.strictSame(of(undefined, same), ['pass: it names the CAs of the file on disk']);
});

t.test('requests-certificate: compared with the list in the file', async (t) => {
  const of = (instance: Instance, more: Partial<ServerHandshake>) =>
    run(requestsCertificate, evidenceOf({ serverHandshakes: [serverHandshakeOf(instance, more, 'status')] }));
  const listed = instanceOf('tidb', { list: ['tidb'] });
  t.match(of(listed, { requestsCertificate: true }), [/^pass/]);
  t.match(of(listed, { requestsCertificate: false }), [
    /^fail: requests no client certificate, although its configuration requires one/,
  ]);
  t.match(of(instanceOf('tidb'), { requestsCertificate: false }), [/^pass/]);
  t.match(of(instanceOf('tidb'), { requestsCertificate: true }), [/^warn/]);
  t.match(of(listed, { requestsCertificate: undefined, outcome: 'timeout' }), [/^unknown: inconclusive/]);
});

t.test('resumption-rejected: an accepted session is a warning, with the fix', async (t) => {
  const of = (component: 'pd' | 'tikv', outcome: Resumption['outcome']) => {
    const instance = instanceOf(component);
    const [endpoint] = instance.endpoints;
    return endpoint === undefined
      ? []
      : resumptionRejected.run(
          evidenceOf({ resumptions: [{ instance, endpoint, resumption: { at: now, outcome, detail: 'seen' } }] }),
        );
  };
  t.match(of('pd', 'kept'), [{ status: 'warn', remediation: /restart pd/ }]);
  t.match(of('tikv', 'kept'), [{ status: 'warn', remediation: /touch the certificate file/ }]);
  t.match(of('pd', 'ended'), [{ status: 'pass' }]);
  t.match(of('pd', 'no-ticket'), [{ status: 'pass' }]);
  t.match(of('pd', 'unknown'), [{ status: 'unknown' }]);
});
