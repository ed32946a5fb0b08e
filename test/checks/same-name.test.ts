import t from 'tap';
import { Authority } from '../../certs-dev/authority.js';
import { caUnchanged } from '../../checks/ca-unchanged.js';
import { callerAccepted } from '../../checks/caller-accepted.js';
import { certificateValidity } from '../../checks/certificate-validity.js';
import { type Baseline, credentialKey } from '../../checks/check.js';
import { endpointAnswers } from '../../checks/endpoint-answers.js';
import { serverVerifies } from '../../checks/server-verifies.js';
import { survivesRestart } from '../../checks/survives-restart.js';
import { trustsCaOnDisk } from '../../checks/trusts-ca-on-disk.js';
import { verifiesUnderCa } from '../../checks/verifies-under-ca.js';
import type { Certificate } from '../../credentials/certificate.js';
import { readCertificate } from '../../credentials/read-certificate.js';
import {
  day,
  evidenceOf,
  factsOf,
  instanceOf,
  names,
  now,
  observed,
  run,
  serverHandshakeOf,
} from '../support/evidence.js';
import { leafOf } from '../support/odd-certificates.js';

const first = await Authority.create({ commonName: 'Cluster CA' });
const second = await Authority.create({ commonName: 'Cluster CA' });
const pd = instanceOf('pd');
const tikv = instanceOf('tikv', { name: '127.0.0.1:20160' });
const tidb = instanceOf('tidb', { name: '127.0.0.1:10080' });
const identity = (one: Certificate) =>
  `CN=Cluster CA (SHA-256 ${one.fingerprint.slice(0, 8)}…, key identifier ${one.keyIdentifiers.subject?.slice(0, 8)}…, serial ${one.serialNumber.slice(0, 8)}…)`;
const textOf = ({ certificatePem }: Authority) => identity(readCertificate(certificatePem));

t.test(
  'a leaf of another CA of that name: the CA in the file, the CA that signed it, and who holds that',
  async (t) => {
    const ofSecond = await factsOf(t, await second.issue(names), { ca: second.certificatePem });
    const mixed = await factsOf(t, await second.issue(names), { ca: first.certificatePem, component: 'tikv' });
    const evidence = evidenceOf({ instances: [tikv, pd], facts: [mixed, ofSecond] });
    const expected = `; ca.crt holds ${textOf(first)}, and another CA of that name signed the certificate: ${textOf(second)} in ca.crt of pd ${pd.name}`;
    const [client, server] = run(verifiesUnderCa, evidence);
    for (const finding of [client, server]) {
      t.equal(finding?.slice(-expected.length), expected);
    }
    const [{ evidence: facts } = { evidence: undefined }] = verifiesUnderCa.run(evidence);
    const full = readCertificate(second.certificatePem);
    t.match(
      facts?.caSigner,
      `SHA-256 ${full.fingerprint}, key identifier ${full.keyIdentifiers.subject}`,
      'JSON: in full',
    );
    t.match(facts?.caSignerIn, [new RegExp(`ca\\.crt of pd ${pd.name}$`)]);

    const alone = evidenceOf({ instances: [pd], facts: [{ ...mixed, results: ofSecondRejected(mixed) }] });
    const key = readCertificate(second.certificatePem).keyIdentifiers.subject?.slice(0, 8);
    t.match(run(survivesRestart, alone), [
      new RegExp(
        `another CA of that name signed the certificate with the key identifier ${key}…, which no file here holds$`,
      ),
    ]);
    const elsewhere = await Authority.create({ commonName: 'Elsewhere' });
    const foreign = await factsOf(t, await elsewhere.issue(names), { ca: first.certificatePem });
    const [plain] = run(verifiesUnderCa, evidenceOf({ instances: [pd], facts: [foreign] }));
    t.notMatch(plain, /another CA/, 'a CA of another name is no namesake');
  },
);

function ofSecondRejected({ results }: Awaited<ReturnType<typeof factsOf>>) {
  return results.map((one) => ({ ...one, trusted: false, step: 'peer', message: 'unknown authority' }) as const);
}

t.test('two components with CA files of one name: each rejected connection says who holds which', async (t) => {
  const ofTikv = await factsOf(t, await second.issue(names), { ca: second.certificatePem });
  const ofTidb = await factsOf(t, await first.issue(names), { ca: first.certificatePem });
  const served = await second.issue(names);
  const rejection = { side: 'probe', by: 'certificate', number: undefined, name: 'unknown' } as const;
  const byServer = { side: 'peer', by: 'tls-alert', number: 48, name: 'unknown_ca' } as const;
  const of = (more: Parameters<typeof observed>[2]) =>
    evidenceOf({
      ...{ instances: [tikv, tidb], facts: [ofTikv, ofTidb], agent: ofTidb },
      observations: [observed(tikv, 'grpc', { outcome: 'rejected', detail: 'rejected', ...more })],
    });
  const asCaller = `; ca.crt holds ${textOf(first)}, and another CA of that name signed the certificate: ${textOf(second)} in ca.crt of tikv ${tikv.name}`;
  t.strictSame(run(callerAccepted, of({ identity: 'tidb', chain: served, rejection })), [
    `fail: tidb would reject this server: rejected${asCaller}`,
  ]);
  const add =
    /^add the CA that signed the certificate to .*ca\.crt, and load it: TiDB, PD, .* touch the certificate file$/;
  for (const one of [
    of({ identity: 'tidb', chain: served, rejection }),
    of({ identity: 'tidb', rejection: byServer }),
  ]) {
    t.match(callerAccepted.run(one), [{ remediation: add, evidence: { caSignerIn: [/ca\.crt of t/] } }]);
  }
  t.match(endpointAnswers.run(of({ rejection: byServer }))[0], { remediation: add });
  const asServer = `; ca.crt holds ${textOf(second)}, and another CA of that name signed the certificate: ${textOf(first)} in ca.crt of tidb ${tidb.name}, ca.crt of the agent`;
  t.strictSame(run(callerAccepted, of({ identity: 'tidb', rejection: byServer })), [
    `fail: rejects tidb: TLS alert unknown_ca (48)${asServer}`,
  ]);
  t.equal(run(endpointAnswers, of({ rejection: byServer }))[0], `fail: rejected${asServer}`);
  const [unverified] = run(serverVerifies, of({ chain: served, peerProblem: 'SELF_SIGNED_CERT_IN_CHAIN' }));
  t.match(unverified, `its issuer is CN=Cluster CA${asCaller}`);
});

t.test('a CA renewed with its key is no other CA, until the former certificate expires', async (t) => {
  const at = (days: number) => new Date(now.getTime() + days * day);
  const old = await Authority.create({ commonName: 'Cluster CA', notBefore: at(-300), notAfter: at(60.5) });
  const renewed = await old.renewed({ notBefore: at(-30) });
  const pair = await old.issue(names);
  const { ca: before } = await factsOf(t, pair, { ca: old.certificatePem });
  const facts = await factsOf(t, pair, { ca: renewed.certificatePem });
  t.ok(
    facts.results.every(({ trusted }) => trusted),
    'the leaf is older than the CA certificate, and verifies',
  );
  const of = (days: number, more: Partial<Baseline> = {}) =>
    evidenceOf({
      ...{ instances: [pd], facts: [facts], now: at(days) },
      baselines: new Map([[credentialKey(pd), { caDigest: 'another', since: at(-100), ca: before, ...more }]]),
      serverHandshakes: [serverHandshakeOf(pd, { authorities: (facts.ca ?? []).map(({ subjectDer }) => subjectDer) })],
    });
  const text = `${textOf(renewed)} was renewed with the same key; until the process loads it, it verifies by the former certificate`;
  const [pass] = run(caUnchanged, of(0));
  const former = before?.[0]?.fingerprint.slice(0, 8);
  t.equal(pass, `pass: ${text} (SHA-256 ${former}…), which expires in 60 days`);
  t.match(run(caUnchanged, of(50)), [/^warn: .*which expires in 10 days$/]);
  t.match(run(caUnchanged, of(55)), [/^fail: .*which expires in 5 days$/]);
  t.match(run(caUnchanged, of(70)), [/^fail: .*which has expired$/]);
  t.match(run(trustsCaOnDisk, of(0)), [/^pass: it names the CAs of the file on disk$/]);
  const { ca: another } = await factsOf(t, pair, { ca: second.certificatePem });
  t.match(run(caUnchanged, of(0, { between: [another ?? []] })), [/^warn: .*may still trust/], 'another CA in between');
  const unread = { writtenAt: at(-150), processStart: at(-200) };
  t.match(run(caUnchanged, of(0, unread)), [/^fail: .*still trusts/], 'the process may have loaded an earlier file');
  const same = { caDigest: 'other text', ca: facts.ca };
  t.strictSame(run(caUnchanged, of(0, same)), ['pass: the CA file was written again with the same CAs']);

  const grpc = (root: Certificate | undefined, days: number) =>
    run(
      trustsCaOnDisk,
      evidenceOf({
        ...{ instances: [tikv], facts: [facts], now: at(days) },
        serverHandshakes: [
          serverHandshakeOf(tikv, { chain: [facts.chain?.[0], root].filter((one) => one !== undefined) }, 'grpc'),
        ],
      }),
    );
  t.strictSame(
    grpc(before?.[0], 0),
    ['pass: its chain ends in the CA on disk'],
    'TiKV sends the certificate in memory',
  );
  t.match(grpc(before?.[0], 59), [/^fail: its chain ends in .*, which is valid until .*renewed with the same key: /]);
});

t.test('a CA file written after the start of PD: proven by what the port names and accepts', async (t) => {
  const listed = instanceOf('pd', { list: ['tikv'] });
  const pair = await first.issue(names);
  const bundle = (...all: readonly Authority[]) => all.map(({ certificatePem }) => certificatePem).join('');
  const facts = await factsOf(t, pair, { ca: first.certificatePem });
  const written = facts.caModifiedAt ?? 0;
  const baseline = { since: now, writtenAt: new Date(written), processStart: new Date(written - day) };
  const subject = facts.ca?.[0]?.subjectDer ?? '';
  const of = (
    authorities: readonly string[],
    outcome: 'accepted' | 'rejected' = 'accepted',
    one = facts,
    agent = facts,
  ) =>
    [caUnchanged, trustsCaOnDisk].flatMap((check) =>
      run(
        check,
        evidenceOf({
          ...{ instances: [listed], facts: [one], agent },
          baselines: new Map([[credentialKey(listed), { ...baseline, caDigest: one.caDigest, ca: one.ca }]]),
          observations: [observed(listed, 'client', { outcome })],
          serverHandshakes: [serverHandshakeOf(listed, { authorities })],
        }),
      ),
    );
  const proven = [
    'pass: the process names as many CAs as the file has, and accepts a certificate of each',
    'pass: it names the CAs of the file on disk',
  ];
  t.strictSame(of([subject]), proven);
  const open = [/^warn: ca\.crt was written /, /^unknown: /];
  t.match(of([subject, subject]), open, 'it holds a second CA of that name');
  t.match(of([subject], 'rejected'), open);
  const ofSecond = await factsOf(t, await second.issue(names), { ca: second.certificatePem });
  t.match(of([subject], 'accepted', facts, ofSecond), open, 'it accepts a certificate of another CA');
  const both = await factsOf(t, pair, { ca: bundle(first, second) });
  t.match(of([subject, subject], 'accepted', both), open, 'no certificate of the second CA was accepted');
});

t.test('a CA renewed with its key, and leaves that name the serial of the former certificate', async (t) => {
  const renewed = await first.renewed();
  const pair = await leafOf(first, 'CN=tikv', 'serial');
  const facts = await factsOf(t, pair, { ca: renewed.certificatePem, component: 'tikv' });
  const serial = readCertificate(first.certificatePem).serialNumber.slice(0, 8);
  const [client] = run(verifiesUnderCa, evidenceOf({ instances: [tikv], facts: [facts] }));
  const rejection = { side: 'probe', by: 'certificate', number: undefined, name: 'unknown' } as const;
  const asRejected = evidenceOf({
    ...{ instances: [tikv, tidb], facts: [undefined, facts] },
    observations: [observed(tikv, 'grpc', { chain: pair, identity: 'tidb', outcome: 'rejected', rejection })],
  });
  t.match(callerAccepted.run(asRejected), [
    { remediation: 'issue the certificate again: its authority key identifier names a former certificate of the CA' },
  ]);
  t.match(
    client,
    /^fail: .*gRPC C-core\): UNABLE_TO_GET_ISSUER_CERT_LOCALLY, the issuer of the certificate is not in the CA file \(Go accepts it\); ca\.crt holds /,
  );
  t.match(client, `the certificate names the serial ${serial}… of its issuer, which OpenSSL compares`);
});

t.test('a leaf with the subject of its CA is a warning, in the words of who rejects it', async (t) => {
  const of = async (pair: Parameters<typeof factsOf>[1]) => {
    const facts = await factsOf(t, pair, { ca: first.certificatePem, component: 'tikv' });
    const instances = [tikv, pd];
    return run(verifiesUnderCa, evidenceOf({ instances, facts: [facts] })).filter((one) => one.startsWith('warn'));
  };
  const subject = `warn: tls.crt has the subject of its CA, ${textOf(first)}`;
  const [rejected, ...others] = await of(await leafOf(first, 'CN=Cluster CA', 'none'));
  t.strictSame(others, []);
  t.match(rejected, `${subject}: TiKV (gRPC C-core): DEPTH_ZERO_SELF_SIGNED_CERT`);
  t.strictSame(await of(await first.issue({ ...names, commonName: 'Cluster CA' })), [
    `${subject}: OpenSSL and gRPC C-core distinguish the two by key identifiers alone`,
  ]);
  t.strictSame(await of(await first.issue(names)), []);
});

t.test('a chain with one expired part names that part', async (t) => {
  const past = { notBefore: new Date(now.getTime() - 30 * day), notAfter: new Date(now.getTime() - day) };
  const expired = await Authority.create({ commonName: 'Cluster CA', ...past });
  const pair = await expired.issue(names);
  const text = textOf(expired);
  const facts = await factsOf(t, pair, { ca: second.certificatePem + expired.certificatePem });
  const evidence = evidenceOf({
    ...{ instances: [pd], facts: [facts], agent: facts },
    observations: [observed(pd, 'client', { chain: pair, peerProblem: 'CERT_HAS_EXPIRED' })],
  });
  const files = run(certificateValidity, evidence).filter((one) => !one.includes('served'));
  t.match(files, [/^fail: ca\.crt \(certificate 2, CN=Cluster CA \(SHA-256 .*\)\) expired 24 hours ago/, /^fail/]);
  t.equal(new Set(files).size, 1, 'and not the other CA of the file');
  const [{ remediation } = { remediation: '' }] = verifiesUnderCa.run(evidence);
  t.equal(remediation, `${text} in its chain has expired: renew it`);
  t.match(serverVerifies.run(evidence), [
    { message: /; CN=Cluster CA \(SHA-256 .* in its chain has expired$/, remediation: `renew ${text}` },
  ]);
});
